import fc from 'fast-check';
import { AHEAD_MS, BEHIND_MS, PositionMap } from './position-map';

describe('positions of a stream in the time of its session', () => {
  it('begins where the stream begins', () => {
    const map = new PositionMap(12_000, 0);
    expect([map.sessionMs(12_000), map.sessionMs(12_500), map.positionMs(500)]).toEqual([0, 500, 12_500]);
  });

  it('keeps the time of the stream while it is near the clock, or somewhat ahead', () => {
    const map = new PositionMap(0, 0);
    expect(map.goesOn(5000, 5000 + BEHIND_MS)).toBe(false);
    expect(map.goesOn(5000 + AHEAD_MS, 5000)).toBe(false);
    expect(map.sessionMs(5000)).toBe(5000);
    expect(map.goesOn(5001 + AHEAD_MS, 5000)).toBe(true);
    expect(map.sessionMs(5001 + AHEAD_MS)).toBe(5000);
  });

  it('a pause that the client did not count moves what follows to the clock, and what was before stays', () => {
    const map = new PositionMap(0, 0);
    expect(map.goesOn(8000, 18_000)).toBe(true);
    expect(map.sessionMs(8000)).toBe(18_000);
    expect([7900, 12_000, 18_100].map((ms) => map.positionMs(ms))).toEqual([7900, 8000, 8100]);
  });

  it('leads back to the position that it was led from, over many turns', () => {
    const turn = fc.record({ positionStepMs: fc.nat(60_000), clockStepMs: fc.integer({ min: 1, max: 60_000 }) });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 200 }), fc.nat(1000), (turns, laterMs) => {
        const map = new PositionMap(0, 0);
        let [positionMs, clockMs] = [0, 0];
        for (const { positionStepMs, clockStepMs } of turns) {
          positionMs += positionStepMs;
          clockMs += clockStepMs;
          map.goesOn(positionMs, clockMs);
        }
        const sessionMs = Math.max(clockMs, map.sessionMs(positionMs + laterMs));
        expect(map.sessionMs(map.positionMs(sessionMs))).toBeCloseTo(sessionMs, 6);
      }),
    );
  });
});
