import type { Emotion, Modality } from '@rapport-live/protocol';
import { HOP_MS, type Reading, type WindowPoint } from './conversation';
import { isDrawn } from './window-point';

/** One row of numbers for each line of the timeline; null is a gap: nothing that could be acted on was told there. */
export interface TimelineSeries {
  /** Ends of the windows, seconds of media time; strictly rising. */
  readonly atS: readonly number[];
  readonly emotion: Readonly<Record<Emotion, readonly (number | null)[]>>;
  readonly valence: readonly (number | null)[];
  readonly arousal: readonly (number | null)[];
  /** Null too where the modality was absent. */
  readonly contribution: Readonly<Record<Modality, readonly (number | null)[]>>;
}

/** @param windows in order of their end */
export function seriesOf(
  windows: readonly WindowPoint[],
  emotions: readonly Emotion[],
  modalities: readonly Modality[],
): TimelineSeries {
  const points = withBreaks(windows);
  const readings = points.map((point) => (point !== undefined && 'standing' in point && isDrawn(point) ? point : null));
  const of = (value: (reading: Reading) => number | undefined): (number | null)[] =>
    readings.map((point) => (point === null ? null : (value(point.reading) ?? null)));
  const contribution = (name: Modality): (number | null)[] =>
    readings.map((point) => {
      const part = point?.modalities?.[name];
      return part?.present === true ? part.contribution : null;
    });
  return {
    atS: points.map(({ endMs }) => endMs / 1000),
    emotion: Object.fromEntries(
      emotions.map((name) => [name, of(({ emotion }) => emotion?.[name])]),
    ) as unknown as TimelineSeries['emotion'],
    valence: of(({ valence }) => valence),
    arousal: of(({ arousal }) => arousal),
    contribution: Object.fromEntries(
      modalities.map((name) => [name, contribution(name)]),
    ) as unknown as TimelineSeries['contribution'],
  };
}

/** A second with nothing new gives no window: a line that went on over it would tell of what nobody assessed. */
function withBreaks(windows: readonly WindowPoint[]): (WindowPoint | { readonly endMs: number })[] {
  const points: (WindowPoint | { readonly endMs: number })[] = [];
  let lastMs: number | undefined;
  for (const point of windows) {
    if (lastMs !== undefined && point.endMs > lastMs + HOP_MS) points.push({ endMs: lastMs + HOP_MS / 2 });
    points.push(point);
    lastMs = point.endMs;
  }
  return points;
}

/** Indices of values with a gap on both sides: a line does not show them, so they need a dot. */
export function loneValues(values: readonly (number | null | undefined)[]): number[] {
  const isGap = (value: number | null | undefined): boolean => value === null || value === undefined;
  return values.flatMap((value, i) => (!isGap(value) && isGap(values[i - 1]) && isGap(values[i + 1]) ? [i] : []));
}
