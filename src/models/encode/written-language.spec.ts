import messages from '../../../test/language/messages.json';
import { letters, loadWrittenLanguages, readLanguage } from './written-language';

describe('readLanguage', () => {
  beforeAll(loadWrittenLanguages);

  it.each(Object.entries(messages))('knows short messages in %s', (language, texts) => {
    expect(texts.map((text) => readLanguage(text)?.language)).toEqual(texts.map(() => language));
  });

  it.each(['', '12 345', '!!'])('says nothing of %j', (text) => {
    expect(readLanguage(text)).toBeUndefined();
  });

  it('is not sure of a word or two', () => {
    expect(readLanguage('ok')?.lead ?? 0).toBeLessThan(0.1);
    expect(letters('Gdzie jest 12?')).toBe(9);
  });
});
