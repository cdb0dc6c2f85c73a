import { FrameScorer } from './frame-scorer';
import { streamOptions } from './stream-options';
import { EnergyPool } from './testing/energy-pool';
import { ScriptedClock } from './testing/scripted-clock';

describe('FrameScorer', () => {
  const clock = new ScriptedClock();
  let pool: EnergyPool;
  let wakes: number;
  let scorer: FrameScorer;
  const answered = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    pool = new EnergyPool();
    wakes = 0;
    const read = (from: number, frames: number) => new Float32Array(frames * 512).fill(from);
    scorer = new FrameScorer('s', pool, clock, streamOptions(), read, () => (wakes += 1));
  });

  it('carries the state from job to job until told otherwise', async () => {
    for (const frames of [4, 16]) {
      scorer.start(1, frames);
      expect(scorer.busy).toBe(true);
      await answered();
      expect(scorer.take()).toMatchObject({ failed: false, probabilities: { length: frames } });
    }
    expect(pool.framesInState).toBe(20);
    scorer.reset();
    scorer.start(0, 1);
    await answered();
    expect([...scorer.take()!.probabilities]).toEqual([Math.fround(0.02)]);
    expect([pool.framesInState, wakes, scorer.take()]).toEqual([1, 3, undefined]);
  });

  it('tries once more, later', async () => {
    pool.failures = 1;
    scorer.start(1, 2);
    await answered();
    expect([scorer.busy, scorer.deadlineMs]).toEqual([true, clock.nowMs() + 100]);
    scorer.tick(clock.nowMs() + 99);
    expect(pool.jobs).toHaveLength(1);
    scorer.tick(clock.nowMs() + 100);
    await answered();
    expect(scorer.take()).toMatchObject({ failed: false });
  });

  it('gives up after that, with zeros', async () => {
    pool.failures = 2;
    scorer.start(1, 2);
    await answered();
    scorer.tick(scorer.deadlineMs);
    await answered();
    expect(scorer.take()).toEqual({ failed: true, probabilities: new Float32Array(2) });
    expect([scorer.busy, scorer.deadlineMs]).toEqual([false, Infinity]);
  });

  it('does not take an answer that comes after the time-out for that of the retry', async () => {
    pool.holding = true;
    scorer.start(1, 2);
    scorer.tick(scorer.deadlineMs);
    pool.answerAll();
    await answered();
    expect(scorer.take()).toBeUndefined();
    scorer.tick(scorer.deadlineMs);
    pool.answerAll();
    await answered();
    expect(scorer.take()).toMatchObject({ failed: false });
  });
});
