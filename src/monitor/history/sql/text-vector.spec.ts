import fc from 'fast-check';
import { asked, textVector } from './text-vector';

describe('textVector', () => {
  it('has each word once, with its places, lower case and without diacritics', () => {
    expect(textVector('Double charge, DOUBLE trouble: naïve 0800!')).toBe(
      "'double':1,3 'charge':2 'trouble':4 'naive':5 '0800':6",
    );
    expect(textVector(' ... ')).toBe('');
  });

  it('keeps to the bounds of PostgreSQL', () => {
    expect(textVector('x'.repeat(5000))).toBe(`'${'x'.repeat(500)}':1`);
    expect(textVector('so '.repeat(400)).split(',')).toHaveLength(255);
    expect(textVector('a '.repeat(20_000) + 'end')).toContain("'end':16383");
  });

  it('finds each of its words again, and has nothing that could end a literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const words = textVector(text)
          .split(' ')
          .filter((entry) => entry !== '')
          .map((entry) => entry.slice(0, entry.lastIndexOf(':')));
        expect(asked([text]).filter((word) => !words.includes(word))).toEqual([]);
        for (const word of words) expect(word).toMatch(/^'[\p{L}\p{N}\p{Co}]+'$/u);
      }),
    );
  });
});
