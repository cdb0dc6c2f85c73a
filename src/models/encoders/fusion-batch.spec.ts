import { batchOf, newestRows } from './fusion-batch';

describe('newestRows', () => {
  const rows = Float32Array.of(1, 1, 2, 2, 3, 3);

  it('keeps the last rows', () => {
    expect(newestRows(rows, 2, 2)).toEqual(Float32Array.of(2, 2, 3, 3));
    expect(newestRows(rows, 2, 3)).toEqual(rows);
  });

  it('refuses what is no rows', () => {
    expect(() => newestRows(rows, 4, 2)).toThrow('6 numbers are no rows of 4');
    expect(() => newestRows(new Float32Array(0), 4, 2)).toThrow(RangeError);
  });
});

describe('batchOf', () => {
  it('repeats the tokens where they are present, with zeros and mask 0 elsewhere', () => {
    expect(batchOf(Float32Array.of(1, 2, 3, 4), 2, [true, false, true])).toEqual({
      tokens: Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0, 1, 2, 3, 4),
      mask: Float32Array.of(1, 1, 0, 0, 1, 1),
    });
  });
});
