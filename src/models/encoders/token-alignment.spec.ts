import { alignTokens } from './token-alignment';

/** Attention of tokens that each look at their frames [from, to), with a little of everything else. */
function looking(spans: readonly (readonly [number, number])[], frames: number): Float32Array {
  const attention = new Float32Array(spans.length * frames).fill(0.01);
  spans.forEach(([from, to], row) => attention.fill(1 / (to - from), row * frames + from, row * frames + to));
  return attention;
}

describe('alignTokens', () => {
  it('finds where each token begins', () => {
    const spans = [
      [0, 20],
      [20, 35],
      [50, 90],
      [90, 100],
    ] as const;
    const starts = alignTokens(looking(spans, 100), 4, 100);
    spans.forEach(([from, to], row) => {
      expect(starts[row]!).toBeLessThan(to);
      // frames that no token looks at belong to the one before or behind them
      expect(Math.abs(starts[row]! - from)).toBeLessThanOrEqual(row === 2 ? 18 : 1);
    });
  });

  it('never goes back, whatever the tokens look at', () => {
    const starts = alignTokens(
      looking(
        [
          [60, 80],
          [10, 30],
          [40, 50],
        ],
        100,
      ),
      3,
      100,
    );
    expect([...starts]).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBe(0);
  });

  it('is not misled by one frame that draws the attention of all, or of a wrong token', () => {
    const attention = looking(
      [
        [0, 30],
        [30, 60],
      ],
      60,
    );
    attention[3] = attention[60 + 3] = 5;
    attention[60 + 8] = 5;
    expect(Math.abs(alignTokens(attention, 2, 60)[1]! - 30)).toBeLessThanOrEqual(1);
  });

  it('takes more tokens than frames, one of either, and none', () => {
    const crowded = [...alignTokens(new Float32Array(12), 4, 3)];
    expect(crowded).toEqual([...crowded].sort((a, b) => a - b));
    expect(crowded.every((frame) => frame >= 0 && frame < 3)).toBe(true);
    expect([...alignTokens(new Float32Array(5), 1, 5)]).toEqual([0]);
    expect([...alignTokens(new Float32Array(5), 5, 1)]).toEqual([0, 0, 0, 0, 0]);
    expect([...alignTokens(new Float32Array(0), 0, 9)]).toEqual([]);
    expect(() => alignTokens(new Float32Array(7), 2, 4)).toThrow(RangeError);
  });
});
