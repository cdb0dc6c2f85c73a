import type { AlertEvidence } from '@rapport-live/protocol';
import type { LeafState } from './alert-state';

/** `unknown`: nothing can be said. No rule is fulfilled by it, nor by its contrary. */
export type Verdict = 'yes' | 'no' | 'unknown';

export interface Judged {
  readonly state: LeafState;
  readonly verdict: Verdict;
  /** What speaks for `yes`. */
  readonly evidence?: AlertEvidence;
  /** Of a level: how far it is on the wrong side of its bound; less than 0 while it is not yet over. */
  readonly beyond?: number;
}

/** What was judged so long ago that it says nothing any more, ms. */
export const STALE_MS = 10_000;

/** What a leaf says while it cannot be judged: the same as before, for a while. */
export function unjudged(state: LeafState, nowMs: number, evidence: AlertEvidence): Judged {
  const { on = false, judgedMs } = state;
  if (judgedMs === undefined || nowMs - judgedMs > STALE_MS) return { state: {}, verdict: 'unknown' };
  return { state, verdict: on ? 'yes' : 'no', ...(on ? { evidence } : {}) };
}

export const yesOrNo = (state: LeafState, isYes: boolean, evidence: AlertEvidence): Judged =>
  isYes ? { state, verdict: 'yes', evidence } : { state, verdict: 'no' };
