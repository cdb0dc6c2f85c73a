import { wordsOfTokens } from './token-words';

/** A vocabulary of pieces; a number in a piece's place is one byte of a character. */
const reader = (pieces: readonly (string | number)[]) => (ids: readonly number[]) =>
  Buffer.concat(
    ids.map((id) => {
      const piece = pieces[id]!;
      return typeof piece === 'number' ? Buffer.from([piece]) : Buffer.from(piece);
    }),
  ).toString('utf8');
const words = (pieces: readonly (string | number)[], language?: string) =>
  wordsOfTokens(
    pieces.map((_, i) => i),
    reader(pieces),
    language,
  );

describe('wordsOfTokens', () => {
  it('begins a word at a space and leaves punctuation with the word before it', () => {
    expect(words([' Yes', ',', ' I', "'", 'm', ' over', 'charged', '.', ' -', ' "', 'OK', '"'])).toEqual([
      { text: ' Yes,', firstToken: 0, tokens: 2 },
      { text: " I'm", firstToken: 2, tokens: 3 },
      { text: ' overcharged. -', firstToken: 5, tokens: 4 },
      { text: ' "OK"', firstToken: 9, tokens: 3 },
    ]);
  });

  it('keeps the bytes of one character together', () => {
    expect(words([' Z', 0xc3, 0xbc, 'rich', ' ja']).map(({ text }) => text)).toEqual([' Zürich', ' ja']);
  });

  it('splits what is written without spaces by what can be read', () => {
    expect(words(['你', '好', '。', '好'], 'zh').map(({ text }) => text)).toEqual(['你', '好。', '好']);
  });

  it('says nothing of nothing, and keeps a broken end', () => {
    expect(words([])).toEqual([]);
    expect(words([' a', 0xc3]).map(({ tokens }) => tokens)).toEqual([2]);
  });
});
