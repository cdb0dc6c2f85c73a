import { quantile } from './quantile';
import { boundaryErrors } from './word-boundaries';

const at = (word: string, startMs: number, endMs: number) => ({ word, startMs, endMs });

describe('boundaryErrors', () => {
  it('tells how far the ends of each word are from its place', () => {
    const placed = [at('yes', 100, 400), at('no', 700, 900)];
    expect(boundaryErrors(placed, [at('yes', 60, 420), at('no', 730, 880)])).toEqual([
      { startMs: -40, endMs: 20 },
      { startMs: 30, endMs: -20 },
    ]);
  });

  it('leaves out words that were misheard or stand elsewhere', () => {
    expect(boundaryErrors([at('yes', 100, 400)], [at('yeah', 100, 400), at('yes', 2000, 2300)])).toEqual([]);
  });

  it('gives each saying of a repeated word to one place', () => {
    const placed = [at('no', 0, 200), at('no', 300, 500), at('no', 600, 800)];
    const heard = [at('no', 10, 210), at('no', 310, 510)];
    expect(boundaryErrors(placed, heard)).toEqual([
      { startMs: 10, endMs: 10 },
      { startMs: 10, endMs: 10 },
    ]);
  });
});

describe('quantile', () => {
  it.each([
    [[3, 1, 2], 0.5, 2],
    [[1, 2], 0.5, 1.5],
    [[10, 20, 30, 40, 50], 0.9, 46],
    [[7], 0.9, 7],
  ])('of %j at %d is %d', (values, q, expected) => expect(quantile(values, q)).toBeCloseTo(expected));

  it('of nothing is no number', () => expect(quantile([], 0.5)).toBeNaN());
});
