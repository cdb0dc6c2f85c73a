import fc from 'fast-check';
import { DURATION, durationOf, parseDurationMs } from './stream-time';

describe('AudioHook durations', () => {
  it.each([
    ['PT0S', 0],
    ['PT6.3S', 6300],
    ['PT12.345S', 12_345],
    ['PT.5S', 500],
    ['PT3600.000125S', 3_600_000.125],
  ])('reads %s', (text, ms) => expect(parseDurationMs(text)).toBeCloseTo(ms, 6));

  it.each(['', 'PT', 'PT1', '1S', 'PT-1S', 'PT1.S', 'P1D', 'PT1M', 'PT1e3S', 'PT99999999999S', ' PT1S'])(
    'refuses %p',
    (text) => expect(parseDurationMs(text)).toBeUndefined(),
  );

  it('writes what it reads, to the microsecond', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        const text = durationOf(ms);
        expect(text).toMatch(DURATION);
        expect(Math.abs(parseDurationMs(text)! - ms)).toBeLessThanOrEqual(0.00051);
        expect(durationOf(parseDurationMs(text)!)).toBe(text);
      }),
    );
  });
});
