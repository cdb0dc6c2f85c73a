import fc from 'fast-check';
import { withoutLoops } from './repeat-guard';

const said = { plausibleTokens: 20, ranIntoLimit: false };
const looping = { plausibleTokens: 20, ranIntoLimit: true };
const keep = (ids: readonly number[], context = said) => withoutLoops(ids, context).map((i) => ids[i]);
const repeat = (unit: readonly number[], copies: number) => Array.from({ length: copies }, () => unit).flat();

describe('withoutLoops', () => {
  it('leaves "no, no, no" alone', () => {
    const no = repeat([883, 11], 3);
    expect(keep(no)).toEqual(no);
  });

  it('cuts the same when it fills the token limit, with the part of a copy at its end', () => {
    expect(keep([5, 6, ...repeat([883, 11, 7], 9), 883, 11], looping)).toEqual([5, 6, 883, 11, 7]);
  });

  it('cuts the same when nobody speaks that fast', () => {
    expect(keep(repeat([883, 11], 12))).toEqual([883, 11]);
  });

  it('cuts a clause that comes twice', () => {
    const clause = [1, 2, 3, 4, 5, 6];
    expect(keep([9, ...clause, ...clause, 8])).toEqual([9, ...clause, 8]);
  });

  it('keeps what follows a loop', () => {
    expect(keep([...repeat([1, 2], 12), 30, 31])).toEqual([1, 2, 30, 31]);
  });

  it('keeps everything that has no clause twice and is no faster than speech', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50_000 }), { maxLength: 60 }), (ids) => {
        expect(keep(ids, looping)).toEqual(ids);
      }),
    );
  });

  it('ends, and never adds or reorders', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 }), fc.boolean(), (ids, ranIntoLimit) => {
        const kept = withoutLoops(ids, { plausibleTokens: 20, ranIntoLimit });
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      }),
    );
  });
});
