import { LANGUAGE_DEFAULTS, LanguageWatch } from './language-watch';

const watch = (stated?: string, options: ConstructorParameters<typeof LanguageWatch>[2] = {}) =>
  new LanguageWatch(
    stated,
    (text) => (text.includes('?') ? undefined : { language: 'es', score: 0.6, lead: text.length > 60 ? 0.2 : 0.05 }),
    options,
  );
const spoken = (language: string, probability: number) => ({ language, probability });

describe('LanguageWatch', () => {
  it('asks nobody where the language was stated', () => {
    const stated = watch('en-GB');
    expect(stated.hear(spoken('de', 1), 9000, 0)).toBeUndefined();
    expect(stated.readChat('a'.repeat(200), 0)).toBeUndefined();
    expect(stated.language).toBe('en-GB');
  });

  it('whoever stated it may state another: what lies before is in the one before, also where it is worked on later', () => {
    const stated = watch('en-GB');
    stated.restate('de-DE', 2000);
    stated.restate('fr-FR', 5000);
    const at = (startMs: number, endMs: number) => stated.at({ startMs, endMs });
    expect(at(0, 2000)).toBe('en-GB');
    // with the sound in front of its first word
    expect(at(1800, 3000)).toBe('de-DE');
    expect([at(2000, 5000), at(5000, 5000), at(4900, 9000)]).toEqual(['de-DE', 'fr-FR', 'fr-FR']);
    expect(stated.language).toBe('fr-FR');
    expect(stated.hear(spoken('en', 1), 9000, 0)).toBeUndefined();
  });

  it('keeps the newest of very many changes', () => {
    const stated = watch('en');
    for (let i = 1; i <= 1000; i++) stated.restate(`x-${i}`, i * 1000);
    expect(stated.at({ startMs: 999_000, endMs: 999_500 })).toBe('x-999');
    expect(stated.at({ startMs: 998_000, endMs: 998_500 })).toBe('x-998');
  });

  it('takes the first speech that is long and sure enough, and keeps to it', () => {
    const heard = watch();
    expect(heard.hear(spoken('cy', 0.99), LANGUAGE_DEFAULTS.minSpeechMs - 1, 0)).toBeUndefined();
    expect(heard.hear(spoken('ru', LANGUAGE_DEFAULTS.minSpokenProbability - 0.01), 2000, 1000)).toBeUndefined();
    expect(heard.language).toBeUndefined();
    expect(heard.hear(spoken('pl', 0.98765), 2000, 3000)).toEqual({
      kind: 'language',
      language: 'pl',
      confidence: 0.988,
      source: 'voice',
      mediaMs: 3000,
    });
    expect(heard.hear(spoken('en', 1), 9000, 4000)).toBeUndefined();
    expect(heard.language).toBe('pl');
  });

  it('gives up after its tries, says so once with the best it had, and stays with it', () => {
    const unsure = watch(undefined, { maxTries: 3 });
    const told = [0.3, 0.5, 0.4, 0.999].map((p, i) => unsure.hear(spoken('hi', p), 2000, i));
    expect(told).toEqual([
      undefined,
      undefined,
      { kind: 'language', language: 'und', confidence: 0.5, source: 'voice', mediaMs: 2 },
      undefined,
    ]);
    expect(unsure.language).toBe('und');
  });

  it('reads messages together until they are long enough; masks are no words of anybody', () => {
    const read = watch();
    expect(read.readChat('hola [number] [card]', 1)).toBeUndefined();
    expect(read.readChat('quiero cancelar mi pedido de ayer', 2)).toBeUndefined();
    expect(read.readChat('quiero cancelar mi pedido', 3)).toMatchObject({ language: 'es', source: 'chat', mediaMs: 3 });
  });

  it('does not count what says nothing as a try', () => {
    const read = watch(undefined, { maxTries: 1 });
    expect(read.readChat('????? como esta todo esto por favor', 1)).toBeUndefined();
    expect(read.hear(spoken('es', 0.99), 3000, 2)).toMatchObject({ language: 'es' });
  });
});
