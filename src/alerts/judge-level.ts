import type { AlertEvidence } from '@rapport-live/protocol';
import type { LeafState } from './alert-state';
import { type Judged, unjudged, yesOrNo } from './verdict';

/** A window stands for the second that it ends with, ms. */
const WINDOW_STEP_MS = 1000;
/** How far a value must come back before it is over, where a rule does not say: half of the way there is, where that is less. */
export const HYSTERESIS = 0.15;

/** The least and the greatest that a value can be. */
export type Range = readonly [lowest: number, highest: number];

/** A bound that a value has to pass for a while, and another where it is over again. */
export interface LevelBound {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly clearAt?: number;
  readonly forMs: number;
  readonly range: Range;
}

/**
 * A value against its bound. Only windows that could be judged count for the hold time, so that it is evidence that lasts
 * and not a gap. `value`: undefined when there is none to go by.
 */
export function judgeLevel(
  before: LeafState,
  value: number | undefined,
  bound: LevelBound,
  nowMs: number,
  about: Pick<AlertEvidence, 'condition' | 'of'>,
): Judged {
  const { threshold, passes, stays, beyond } = readBound(bound);
  const evidence = (state: LeafState): AlertEvidence => ({
    ...about,
    ...(value === undefined ? {} : { value: rounded(value) }),
    threshold,
    ...(state.sinceMs === undefined ? {} : { sinceMs: state.sinceMs }),
  });
  if (value === undefined) return unjudged(before, nowMs, evidence(before));
  const isRun = before.on === true ? stays(value) : passes(value);
  if (!isRun) return { state: { judgedMs: nowMs }, verdict: 'no' };
  const { sinceMs = nowMs, heldMs = 0, judgedMs = -Infinity } = before;
  const step = sinceMs === nowMs ? WINDOW_STEP_MS : Math.min(WINDOW_STEP_MS, nowMs - judgedMs);
  const held = Math.min(heldMs + step, 3_600_000);
  const on = before.on === true || held >= bound.forMs;
  const state = { ...(on ? { on } : {}), judgedMs: nowMs, sinceMs, heldMs: held };
  return { ...yesOrNo(state, on, evidence(state)), beyond: beyond(value) };
}

function readBound({ atLeast, atMost, clearAt, range: [lowest, highest] }: LevelBound): {
  threshold: number;
  passes: (value: number) => boolean;
  stays: (value: number) => boolean;
  beyond: (value: number) => number;
} {
  if (atLeast !== undefined) {
    const floor = Math.min(atLeast, clearAt ?? atLeast - Math.min(HYSTERESIS, (atLeast - lowest) / 2));
    return {
      ...{ threshold: atLeast, passes: (value) => value >= atLeast, stays: (value) => value >= floor },
      beyond: (value) => value - atLeast,
    };
  }
  const most = atMost ?? 0;
  const ceiling = Math.max(most, clearAt ?? most + Math.min(HYSTERESIS, (highest - most) / 2));
  return {
    ...{ threshold: most, passes: (value) => value <= most, stays: (value) => value <= ceiling },
    beyond: (value) => most - value,
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
