import { RateWatch, type WrongRate } from './rate-watch';

interface Sender {
  readonly declaredHz: number;
  readonly trueHz?: number;
  readonly pace?: number;
  /** Stamps by counting samples at the declared rate, not by a clock. */
  readonly counted?: boolean;
  /** Wall ms between chunks, where not what the sound takes. */
  readonly everyMs?: number;
  readonly jitterMs?: number;
  readonly seconds?: number;
  readonly free?: boolean;
  readonly skip?: (atMs: number) => boolean;
}

/** Chunks of 20 ms of true time. */
function findings(sender: Sender): WrongRate[] {
  const { declaredHz, trueHz = declaredHz, pace = 1, counted = false, jitterMs = 0, seconds = 30 } = sender;
  const watch = new RateWatch({ rateHz: declaredHz, bytesPerFrame: 2 }, pace === 1);
  const samples = (trueHz * 20) / 1000;
  const found: WrongRate[] = [];
  let sent = 0;
  for (let i = 0; i < seconds * 50; i += 1) {
    if (sender.skip?.(i * 20)) continue;
    const wobbleMs = ((i * 7919) % 101) * 0.01 * jitterMs;
    const ptsMs = counted ? (sent * 1000) / declaredHz : i * 20;
    const nowMs = 5000 + i * (sender.everyMs ?? 20 / pace) + wobbleMs;
    const one = watch.hears(ptsMs, nowMs, samples * 2, sender.free ?? true);
    if (one !== undefined) found.push(one);
    sent += samples;
  }
  return found;
}

describe('RateWatch', () => {
  it.each([
    [48_000, 8000],
    [24_000, 8000],
    [16_000, 8000],
    [48_000, 16_000],
    [48_000, 24_000],
    [48_000, 44_100],
    [8000, 48_000],
  ])('stamps by a clock: %d Hz declared, %d Hz sent', (declaredHz, trueHz) => {
    const expected = [{ declaredHz, looksLikeHz: trueHz, evidence: 'time_stamps' }];
    expect(findings({ declaredHz, trueHz, jitterMs: 100 })).toEqual(expected);
    expect(findings({ declaredHz, trueHz, pace: 20 })).toEqual(expected);
  });

  it.each([
    [48_000, 8000],
    [24_000, 8000],
    [16_000, 8000],
    [48_000, 16_000],
  ])('stamps by counting: %d Hz declared, %d Hz sent, seen by when it arrives', (declaredHz, trueHz) => {
    expect(findings({ declaredHz, trueHz, counted: true, jitterMs: 150 })).toEqual([
      { declaredHz, looksLikeHz: trueHz, evidence: 'arrival' },
    ]);
  });

  it.each<[string, Sender]>([
    ['as declared', { declaredHz: 48_000, jitterMs: 200 }],
    ['a clock that is 0.1 % wrong', { declaredHz: 16_000, everyMs: 20.02 }],
    ['faster than real time, as declared', { declaredHz: 48_000, pace: 20, counted: true }],
    ['faster than real time, not declared', { declaredHz: 48_000, counted: true, everyMs: 2 }],
    ['slower than its declared pace', { declaredHz: 48_000, pace: 18, counted: true, everyMs: 20 / 6 }],
    ['a network of two thirds', { declaredHz: 48_000, counted: true, everyMs: 27 }],
    ['slowed down by us to a sixth', { declaredHz: 48_000, counted: true, everyMs: 120, free: false }],
    ['half of it pauses of a second', { declaredHz: 16_000, skip: (atMs) => atMs % 2000 < 1000, seconds: 60 }],
    ['a speaker with pauses, by counting', { declaredHz: 48_000, counted: true, skip: (ms) => ms % 6000 > 1000 }],
  ])('says nothing of %s', (_name, sender) => {
    expect(findings(sender)).toEqual([]);
  });
});
