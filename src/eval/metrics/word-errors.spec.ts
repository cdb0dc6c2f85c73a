import { wordErrorRate, wordErrors } from './word-errors';

const errors = (reference: string, heard: string) =>
  wordErrors(reference.split(' ').filter(Boolean), heard.split(' ').filter(Boolean));

describe('wordErrors', () => {
  it.each([
    ['a b c', 'a b c', [0, 0, 0]],
    ['a b c', 'a x c', [1, 0, 0]],
    ['a b c', 'a c', [0, 1, 0]],
    ['a c', 'a b c', [0, 0, 1]],
    ['', 'a b', [0, 0, 2]],
    ['a b', '', [0, 2, 0]],
    ['no no no', 'no', [0, 2, 0]],
    ['the woodcutters came', 'the wood cutters came', [0, 0, 0]],
    ['ill disposed man', 'illdisposed man', [0, 0, 0]],
  ])('of %j heard as %j', (reference, heard, [substitutions, deletions, insertions]) => {
    expect(errors(reference, heard)).toMatchObject({ substitutions, deletions, insertions });
  });

  it('makes one rate of many texts, by their words', () => {
    expect(wordErrorRate([errors('a b c d', 'a b c x'), errors('a', '')])).toBeCloseTo(40);
  });
});
