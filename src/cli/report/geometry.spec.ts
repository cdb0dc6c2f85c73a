import { EMOTIONS } from '@rapport-live/protocol';
import { emotions, windowAt } from '../testing/made-up-call';
import { readCall } from './call';
import { bandPath, fadePath, linePath, samplesOf, spansOf, STACK, ticks } from './geometry';

const windows = (...events: ReturnType<typeof windowAt>[]) => readCall(events).windows;

describe('samplesOf', () => {
  it('makes each window the second that it adds, and parts runs at gaps', () => {
    const runs = samplesOf(windows(windowAt(1000), windowAt(2000), windowAt(5000)));
    expect(runs.map((run) => run.map(({ startMs, endMs }) => [startMs, endMs]))).toEqual([
      [
        [0, 1000],
        [1000, 2000],
      ],
      [[4000, 5000]],
    ]);
  });

  it('leaves out windows without an emotion', () => {
    expect(samplesOf(windows(windowAt(1000, { emotion: undefined, label: undefined })))).toEqual([]);
  });

  it('averages a long call down to what a picture can show', () => {
    const hour = windows(...Array.from({ length: 3600 }, (_, i) => windowAt(1000 * (i + 1), { valence: i % 2 })));
    const [run] = samplesOf(hour);
    expect(run).toHaveLength(600);
    expect(run![0]).toMatchObject({ startMs: 0, endMs: 6000, valence: 0.5 });
  });
});

describe('bandPath', () => {
  const sample = { startMs: 0, endMs: 1000, emotion: emotions('neutral', 0.4), valence: 0, arousal: 0 };

  it('stands on the bands below it', () => {
    expect(bandPath([sample], 'neutral', 2000)).toBe('M0 60L250 60L500 60L500 100L250 100L0 100Z');
    expect(bandPath([sample], 'anger', 2000)).toBe('M0 50L250 50L500 50L500 60L250 60L0 60Z');
  });

  it('fills the whole height together', () => {
    expect([...STACK].sort()).toEqual([...EMOTIONS]);
    expect(bandPath([sample], STACK[STACK.length - 1]!, 1000)).toMatch(/^M0 0L500 0L1000 0L/);
  });
});

describe('linePath', () => {
  it('has 1 at the top and -1 at the bottom', () => {
    const run = [1, -1, 0].map((valence, i) => ({
      startMs: 1000 * i,
      endMs: 1000 * (i + 1),
      emotion: emotions('joy', 1),
      valence,
      arousal: 0,
    }));
    expect(linePath(run, (s) => s.valence, 4000)).toBe('M0 0L125 0L375 100L625 50L750 50');
  });
});

describe('fadePath', () => {
  it('rises to the score when heard and fades over a minute, or to the end', () => {
    const heard = [
      { atMs: 10_000, score: 1 },
      { atMs: 70_000, score: 0.5 },
    ];
    expect(fadePath(heard, 100_000)).toBe('M100 100V0L700 100V100ZM700 100V50L1000 75V100Z');
    expect(fadePath([], 10_000)).toBe('');
  });
});

describe('spansOf', () => {
  it('joins the seconds of windows that touch', () => {
    const some = windows(
      windowAt(1000),
      windowAt(2000),
      windowAt(3000, { abstained: 'thin_evidence' }),
      windowAt(4000),
    );
    expect(spansOf(some, ({ abstained }) => abstained === undefined)).toEqual([
      { startMs: 0, endMs: 2000 },
      { startMs: 3000, endMs: 4000 },
    ]);
  });
});

describe('ticks', () => {
  it.each([
    [6_000, [0, 1000, 2000, 3000, 4000, 5000, 6000]],
    [150_000, [0, 30_000, 60_000, 90_000, 120_000, 150_000]],
    [7_200_000, [0, 900, 1800, 2700, 3600, 4500, 5400, 6300, 7200].map((s) => 1000 * s)],
    [1, [0]],
  ])('are round times for %d ms', (durationMs, expected) => expect(ticks(durationMs)).toEqual(expected));
});
