import fc from 'fast-check';
import { anchorsOf, type Detection, overlap, suppressOverlaps } from './blazeface';

const face = (score: number, x: number, y: number, size = 10): Detection => ({
  score,
  centre: { x, y },
  width: size,
  height: size,
  points: {},
});

describe('anchorsOf', () => {
  it('gives the 512 and 384 anchors of the two layers, rows first', () => {
    const fine = anchorsOf({ stridePx: 8, cells: 16, anchorsPerCell: 2 });
    expect(fine).toHaveLength(512);
    expect(fine.slice(0, 3)).toEqual([
      { x: 4, y: 4 },
      { x: 4, y: 4 },
      { x: 12, y: 4 },
    ]);
    expect(fine[32]).toEqual({ x: 4, y: 12 });
    const coarse = anchorsOf({ stridePx: 16, cells: 8, anchorsPerCell: 6 });
    expect(coarse).toHaveLength(384);
    expect(coarse.at(-1)).toEqual({ x: 120, y: 120 });
  });
});

describe('suppressOverlaps', () => {
  it('keeps the best of overlapping faces and all that stand apart', () => {
    const kept = suppressOverlaps([face(0.7, 11, 10), face(0.9, 10, 10), face(0.8, 50, 50)], 0.3);
    expect(kept.map(({ score }) => score)).toEqual([0.9, 0.8]);
  });

  it('leaves no two that overlap, and drops none without a better one', () => {
    const place = fc.double({ min: 0, max: 40, noNaN: true });
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, place, place), { maxLength: 12 }), (places) => {
        const all = places.map(([s, x, y]) => face(s, x, y));
        const kept = suppressOverlaps(all, 0.3);
        for (const one of kept)
          for (const other of kept) if (one !== other) expect(overlap(one, other)).toBeLessThan(0.3);
        for (const one of all.filter((each) => !kept.includes(each))) {
          expect(kept.some((better) => better.score >= one.score && overlap(better, one) >= 0.3)).toBe(true);
        }
      }),
    );
  });
});

describe('overlap', () => {
  it('is the intersection over the union', () => {
    expect(overlap(face(1, 0, 0), face(1, 0, 0))).toBe(1);
    expect(overlap(face(1, 0, 0), face(1, 5, 0))).toBeCloseTo(1 / 3, 9);
    expect(overlap(face(1, 0, 0), face(1, 20, 0))).toBe(0);
    expect(overlap(face(1, 0, 0, 0), face(1, 0, 0, 0))).toBe(0);
  });
});
