import fc from 'fast-check';
import { streamOptions } from './stream-options';
import { UtteranceCutter, type Cut } from './utterance-cutter';
import { VoiceActivity } from './voice-activity';

const FRAME = 512;

/** Probabilities of whole frames, then the end of the stream. */
function cuts(probabilities: readonly number[], overrides: Parameters<typeof streamOptions>[0] = {}): Cut[] {
  const options = streamOptions(overrides);
  const activity = new VoiceActivity(options);
  const cutter = new UtteranceCutter(options);
  let closesFrom = 0;
  const out: (Cut | undefined)[] = probabilities.map((p, i) => {
    // asked once for several frames, as for a batch
    if (i % 5 === 0) closesFrom = cutter.closesFrom(i * FRAME);
    const cut = cutter.next(i * FRAME, (i + 1) * FRAME, p, activity.next(p));
    expect(cut === undefined || cut.end <= (i + 1) * FRAME).toBe(true);
    expect(cut === undefined || (i + 1) * FRAME >= closesFrom).toBe(true);
    return cut;
  });
  out.push(cutter.close(probabilities.length * FRAME));
  return out.filter((cut) => cut !== undefined);
}

const run = (frames: number, probability: number) => new Array<number>(frames).fill(probability);

describe('UtteranceCutter', () => {
  it('keeps pre-roll and post-roll and ends after 600 ms of silence', () => {
    expect(cuts([...run(20, 0), ...run(10, 0.9), ...run(19, 0)])).toEqual([
      { start: 20 * FRAME - 4800, end: 30 * FRAME + 4800, speech: 10 * FRAME },
    ]);
  });

  it('keeps a pause shorter than that inside', () => {
    expect(cuts([...run(10, 0.9), ...run(18, 0), ...run(10, 0.9)])).toEqual([
      { start: 0, end: 38 * FRAME, speech: 38 * FRAME },
    ]);
  });

  it('does not end in the middle of a run that may be speech', () => {
    expect(cuts([...run(10, 0.9), ...run(17, 0), ...run(3, 0.9), ...run(25, 0)])).toHaveLength(1);
  });

  it('does not say the same sound twice: pre-roll stops at the utterance before', () => {
    const [first, second] = cuts([...run(10, 0.9), ...run(19, 0), ...run(10, 0.9)], { preRollMs: 600 });
    expect(second!.start).toBe(first!.end);
  });

  it('cuts a long one at the least likely frame of the last 2 s', () => {
    const long = run(600, 0.9);
    long[430] = 0.6;
    const [first, second] = cuts(long);
    expect(first).toEqual({ start: 0, end: 430 * FRAME + FRAME / 2, speech: 430 * FRAME + FRAME / 2 });
    expect(second).toMatchObject({ start: first!.end, speech: 600 * FRAME - first!.end });
  });

  it('never overlaps, never exceeds the longest, and covers all speech', () => {
    const noise = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 0.2, 0.4, 0.6, 0.9)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(noise, (runs) => {
        const probabilities = runs.flatMap(([frames, p]) => run(frames, p));
        const all = cuts(probabilities, { maxUtteranceMs: 2000, cutSearchMs: 500 });
        all.forEach((cut, i) => {
          expect(cut.end - cut.start).toBeGreaterThan(0);
          expect(cut.end - cut.start).toBeLessThanOrEqual(2000 * 16);
          expect(cut.start).toBeGreaterThanOrEqual(all[i - 1]?.end ?? 0);
        });
        const activity = new VoiceActivity(streamOptions());
        probabilities.forEach((p, i) => {
          if (activity.next(p) !== 'speech') return;
          const middle = i * FRAME + FRAME / 2;
          expect(all.some((cut) => cut.start <= middle && middle <= cut.end)).toBe(true);
        });
      }),
    );
  });
});
