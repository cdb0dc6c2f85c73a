import type { WindowAssessedData, WindowDegradedData } from '@rapport-live/protocol';
import { HOP_MS, type Reading, type WindowPoint } from './conversation';

/** A window of the customer as the timeline shows it. */
export function pointOf(data: WindowAssessedData): WindowPoint {
  const { windowEndMs: endMs, abstained, modalities, degraded } = data;
  const reading = readingOf(data);
  const sure = abstained === undefined && reading !== undefined;
  return {
    ...{ endMs, modalities, degraded },
    ...(reading === undefined ? {} : { reading }),
    ...(sure ? { standing: 'assessed' } : { standing: 'abstained', why: abstained ?? 'party_unknown' }),
  };
}

/** Every window of a range that was left out; at most `most`, the newest. */
export function skippedPoints(
  { firstWindowEndMs, lastWindowEndMs, reason }: WindowDegradedData,
  most: number,
): WindowPoint[] {
  const count = Math.floor((lastWindowEndMs - firstWindowEndMs) / HOP_MS) + 1;
  return Array.from({ length: Math.max(0, Math.min(most, count)) }, (_, i) => ({
    endMs: lastWindowEndMs - i * HOP_MS,
    standing: 'skipped' as const,
    why: reason,
    degraded: [],
  })).reverse();
}

/** May be drawn as a line: a window that a hold reaches into says little of how somebody feels (docs/alerts.md). */
export const isDrawn = (point: WindowPoint): point is WindowPoint & { readonly reading: Reading } =>
  point.standing === 'assessed' && !point.degraded.includes('hold');

function readingOf({ label, confidence, emotion, valence, arousal }: WindowAssessedData): Reading | undefined {
  if (label === undefined || confidence === undefined) return undefined;
  return {
    label,
    confidence,
    ...(emotion === undefined ? {} : { emotion }),
    valence: valence ?? 0,
    arousal: arousal ?? 0,
  };
}
