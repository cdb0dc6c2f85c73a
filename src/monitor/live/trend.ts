import { type LiveSession } from '@rapport-live/protocol';

/** Windows, a second each. */
const NOW_WINDOWS = 6;
const BEFORE_WINDOWS = 18;
/** Fewer with enough evidence tell nothing. */
const MIN_WINDOWS = 3;
/** Valence; less is steady. */
const STEP = 0.12;

/** Whether valence rises or falls: the mean of the last windows against those before. Pure. */
export function trendOf(trail: LiveSession['trail']): LiveSession['trend'] {
  const now = mean(trail.slice(-NOW_WINDOWS));
  const before = mean(trail.slice(-NOW_WINDOWS - BEFORE_WINDOWS, -NOW_WINDOWS));
  if (now === undefined || before === undefined) return undefined;
  if (now - before <= -STEP) return 'worse';
  return now - before >= STEP ? 'better' : 'steady';
}

function mean(values: LiveSession['trail']): number | undefined {
  const known = values.filter((value) => value !== null);
  return known.length < MIN_WINDOWS ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
