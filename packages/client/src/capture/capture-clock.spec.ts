import * as fc from 'fast-check';
import { CaptureClock, type StampedSound } from './capture-clock';

const FRAME_MS = 40;
const frame = (): Uint8Array => new Uint8Array(FRAME_MS * 32);

describe('CaptureClock', () => {
  /** Frames that come at these media times. */
  const stamped = (arrivalsMs: readonly number[]): StampedSound[] => {
    const clock = new CaptureClock(32);
    return [...arrivalsMs.flatMap((nowMs) => clock.stamp(frame(), nowMs)), ...clock.flush()];
  };
  const every = (count: number, fromMs: number): number[] =>
    Array.from({ length: count }, (_, i) => fromMs + (i + 1) * FRAME_MS);

  it('goes by the count of samples, whatever the way of the sound to us', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 240 }), { minLength: 1, maxLength: 200 }), (delaysMs) => {
        const sounds = stamped(delaysMs.map((delayMs, i) => 1000 + (i + 1) * FRAME_MS + delayMs));
        const firstMs = 1000 + delaysMs[0]!;
        expect(sounds.map(({ ptsMs }) => ptsMs)).toEqual(delaysMs.map((_, i) => firstMs + i * FRAME_MS));
        expect(sounds.some(({ gapFromMs }) => gapFromMs !== undefined)).toBe(false);
      }),
    );
  });

  it('a page that was busy for 5 s gets it all at once: no hole', () => {
    const late = Array.from({ length: 125 }, () => 6_000);
    const sounds = stamped([...every(25, 0), ...late, ...every(50, 6_000)]);
    expect(sounds.map(({ ptsMs }) => ptsMs)).toEqual(Array.from({ length: 200 }, (_, i) => i * FRAME_MS));
    expect(sounds.every(({ gapFromMs }) => gapFromMs === undefined)).toBe(true);
  });

  it('a tab that slept for 10 s heard nothing: what comes then stands at its own time', () => {
    const sounds = stamped([...every(25, 0), ...every(50, 11_000)]);
    const gaps = sounds.filter(({ gapFromMs }) => gapFromMs !== undefined);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ gapFromMs: 1_000, ptsMs: 11_000 });
    expect(sounds).toHaveLength(75);
    expect(sounds.at(-1)?.ptsMs).toBe(11_000 + 49 * FRAME_MS);
  });

  it('holds sound no longer than half a second for that', () => {
    const clock = new CaptureClock(32);
    for (const nowMs of every(25, 0)) clock.stamp(frame(), nowMs);
    const held = every(12, 11_000).map((nowMs) => clock.stamp(frame(), nowMs).length);
    expect(held).toEqual(Array.from({ length: 12 }, () => 0));
    expect([...clock.stamp(frame(), 11_520), ...clock.stamp(frame(), 11_560)]).toHaveLength(14);
  });

  it('a device that is slow by 0.1 % for an hour has no holes', () => {
    const clock = new CaptureClock(32);
    let gaps = 0;
    for (let i = 1; i <= 90_000; i += 1) {
      for (const { gapFromMs } of clock.stamp(frame(), i * FRAME_MS * 1.001)) if (gapFromMs !== undefined) gaps += 1;
    }
    expect(gaps).toBe(0);
  });
});
