import { StatedLanguage } from './stated-language';

describe('StatedLanguage', () => {
  const fact = (language: string, mediaMs: number) => ({
    ...{ kind: 'updated', update: 'language', mediaMs },
    detail: { language, source: 'stated' },
  });

  it('tells each change once, and never two at one time: their time is the key of their events', () => {
    const stated = new StatedLanguage('en');
    expect(stated.restate('en', 0)).toBeUndefined();
    expect(stated.restate('de', 1000.4)).toEqual(fact('de', 1000));
    expect(stated.restate('de', 2000)).toBeUndefined();
    expect(stated.restate('fr', 1000.4)).toEqual(fact('fr', 1001));
    expect(stated.restate('de', 1000)).toEqual(fact('de', 1002));
    expect(stated.restate('en', 3000)).toEqual(fact('en', 3000));
  });

  it('may be stated where it was told, or not known at all', () => {
    expect(new StatedLanguage(undefined).restate('en', 0)).toEqual(fact('en', 0));
  });
});
