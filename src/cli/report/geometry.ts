import { EMOTIONS, type Emotion, type EmotionDistribution, type WindowAssessedData } from '@rapport-live/protocol';
import { HOP_MS } from './call';
import type { Span } from './figures';

/** Pictures are drawn on this field and stretched to the width there is: x 0 to 1000, y 0 (top) to 100. */
export const FIELD = { width: 1000, height: 100 } as const;

/** From the bottom of the picture up: what is felt stands on what is neutral. */
export const STACK: readonly Emotion[] = ['neutral', ...EMOTIONS.filter((name) => name !== 'neutral')];

/** Points of a line that still show at this width; a longer call is averaged down to it. */
export const MAX_POINTS = 600;

/** One second of the call, or the mean of a few. */
export interface Sample {
  readonly startMs: number;
  readonly endMs: number;
  readonly emotion: EmotionDistribution;
  readonly valence: number;
  readonly arousal: number;
}

/** Runs of windows that follow each other without a gap, each window as the second that it adds. */
export function samplesOf(windows: readonly WindowAssessedData[], maxPoints = MAX_POINTS): Sample[][] {
  const runs: Sample[][] = [];
  for (const { windowEndMs, emotion, valence = 0, arousal = 0 } of windows) {
    if (emotion === undefined) continue;
    const sample = { startMs: Math.max(0, windowEndMs - HOP_MS), endMs: windowEndMs, emotion, valence, arousal };
    const run = runs[runs.length - 1];
    if (run !== undefined && run[run.length - 1]!.endMs >= sample.startMs) run.push(sample);
    else runs.push([sample]);
  }
  const perPoint = Math.ceil(runs.reduce((sum, run) => sum + run.length, 0) / maxPoints);
  return perPoint <= 1 ? runs : runs.map((run) => averaged(run, perPoint));
}

function averaged(run: readonly Sample[], perPoint: number): Sample[] {
  const means: Sample[] = [];
  for (let at = 0; at < run.length; at += perPoint) {
    const part = run.slice(at, at + perPoint);
    const mean = (of: (sample: Sample) => number): number => part.reduce((sum, s) => sum + of(s), 0) / part.length;
    const emotion = Object.fromEntries(EMOTIONS.map((name) => [name, mean((s) => s.emotion[name])]));
    means.push({
      startMs: part[0]!.startMs,
      endMs: part[part.length - 1]!.endMs,
      emotion: emotion as EmotionDistribution,
      valence: mean((s) => s.valence),
      arousal: mean((s) => s.arousal),
    });
  }
  return means;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);
export const xOf = (ms: number, durationMs: number): number => (FIELD.width * ms) / durationMs;

/** Points of a curve through the middles of the seconds; level to the edges of the run. */
function places(run: readonly Sample[], durationMs: number): { x: number; sample: Sample }[] {
  const first = run[0]!;
  const last = run[run.length - 1]!;
  return [
    { x: xOf(first.startMs, durationMs), sample: first },
    ...run.map((sample) => ({ x: xOf((sample.startMs + sample.endMs) / 2, durationMs), sample })),
    { x: xOf(last.endMs, durationMs), sample: last },
  ];
}

/** The band of one emotion in the stack of all, as the `d` of an SVG path. */
export function bandPath(run: readonly Sample[], emotion: Emotion, durationMs: number): string {
  const below = STACK.slice(0, STACK.indexOf(emotion));
  const base = ({ emotion: all }: Sample): number => below.reduce((sum, name) => sum + all[name], 0);
  const y = (share: number): number => FIELD.height * (1 - Math.min(1, share));
  const points = places(run, durationMs);
  const top = points.map(({ x, sample }) => `${n(x)} ${n(y(base(sample) + sample.emotion[emotion]))}`);
  const bottom = points.map(({ x, sample }) => `${n(x)} ${n(y(base(sample)))}`).reverse();
  return `M${top.join('L')}L${bottom.join('L')}Z`;
}

/** A line of values in -1 (bottom) to 1 (top), as the `d` of an SVG path. */
export function linePath(run: readonly Sample[], value: (sample: Sample) => number, durationMs: number): string {
  const points = places(run, durationMs).map(
    ({ x, sample }) => `${n(x)} ${n((FIELD.height * (1 - Math.max(-1, Math.min(1, value(sample))))) / 2)}`,
  );
  return `M${points.join('L')}`;
}

/** How long an intent stays active after it was heard, ms: its score falls to 0 meanwhile (docs/protocol.md). */
const INTENT_FADE_MS = 60_000;

/** A triangle for each time an intent was heard: up to its score at once, then fading; as the `d` of an SVG path. */
export function fadePath(heard: readonly { atMs: number; score: number }[], durationMs: number): string {
  return heard
    .map(({ atMs, score }) => {
      const endMs = Math.min(durationMs, atMs + INTENT_FADE_MS);
      const left = score * (1 - (endMs - atMs) / INTENT_FADE_MS);
      const y = (value: number): string => n(FIELD.height * (1 - value));
      return `M${n(xOf(atMs, durationMs))} 100V${y(score)}L${n(xOf(endMs, durationMs))} ${y(left)}V100Z`;
    })
    .join('');
}

/** The seconds of the windows that are meant, joined where they touch. */
export function spansOf(
  windows: readonly WindowAssessedData[],
  meant: (window: WindowAssessedData) => boolean,
): Span[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (const window of windows) {
    if (!meant(window)) continue;
    const startMs = Math.max(0, window.windowEndMs - HOP_MS);
    const last = spans[spans.length - 1];
    if (last !== undefined && last.endMs >= startMs) last.endMs = window.windowEndMs;
    else spans.push({ startMs, endMs: window.windowEndMs });
  }
  return spans;
}

/** Round times for the axis, at most `most` of them: every 5, 10, 15, 30 s, 1, 2, 5, 10, 15, 30 min ... */
export function ticks(durationMs: number, most = 8): number[] {
  const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const stepS = STEPS_S.find((step) => durationMs / 1000 / step <= most) ?? 14_400;
  return Array.from({ length: Math.floor(durationMs / 1000 / stepS) + 1 }, (_, i) => i * stepS * 1000);
}
