import * as fc from 'fast-check';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('lets a burst through, then the rate, and says how long to wait', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    for (let i = 0; i < 3; i += 1) {
      expect(bucket.waitMs(0)).toBe(0);
      bucket.take(0);
    }
    expect(bucket.waitMs(0)).toBe(500);
    expect(bucket.waitMs(499)).toBe(1);
    expect(bucket.waitMs(500)).toBe(0);
    bucket.take(500);
    expect(bucket.waitMs(500)).toBe(500);
  });

  it('never fills above the burst, and nobody gets into debt', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    for (let i = 0; i < 10; i += 1) bucket.take(1_000_000);
    expect(bucket.waitMs(1_000_000)).toBe(1000);
  });

  it('lets through at most burst + rate x time, however it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: -5, max: 400 }), { maxLength: 200 }),
        (perSecond, burst, steps) => {
          const bucket = new TokenBucket({ perSecond, burst }, 0);
          let [nowMs, latestMs, taken] = [0, 0, 0];
          for (const step of steps) {
            nowMs += step; // a clock may even be read in the wrong order
            latestMs = Math.max(latestMs, nowMs);
            if (bucket.waitMs(nowMs) > 0) continue;
            bucket.take(nowMs);
            taken += 1;
          }
          expect(taken).toBeLessThanOrEqual(burst + (perSecond * latestMs) / 1000 + 1e-6);
        },
      ),
    );
  });
});
