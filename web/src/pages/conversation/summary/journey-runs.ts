import type { Emotion, SessionSummary } from '@rapport-live/protocol';

type Stretch = SessionSummary['journey'][number];

/** Stretches of a journey with one emotion behind one another. */
export interface JourneyRun {
  readonly label: Emotion;
  readonly startMs: number;
  readonly endMs: number;
  /** Windows that could be acted on: what it goes by. */
  readonly windows: number;
  /** Mean over them. */
  readonly valence: number;
}

/** What a journey tells, without saying the same twice. A stretch that could not be told of ends a run. Pure. */
export function journeyRuns(journey: readonly Stretch[]): readonly JourneyRun[] {
  const runs: JourneyRun[] = [];
  for (const { label, startMs, endMs, windows, valence } of journey) {
    const before = runs.at(-1);
    if (before?.label !== label || before.endMs < startMs) {
      runs.push({ label, startMs, endMs, windows, valence });
      continue;
    }
    const all = before.windows + windows;
    const mean = all === 0 ? valence : (before.valence * before.windows + valence * windows) / all;
    runs[runs.length - 1] = { ...before, endMs, windows: all, valence: mean };
  }
  return runs;
}
