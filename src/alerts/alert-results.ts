import type { AlertClearReason, AlertData } from '@rapport-live/protocol';
import type { SessionResult } from '../delivery/session-result';
import type { OpenAlert, ToldAlert } from './alert-state';
import type { CompiledRule } from './compiled-rule';
import type { JudgedRule } from './judge-rule';

export type AlertResult = Extract<SessionResult, { type: `rapport.alert.${string}` }>;

/** An open alert is told again when it got worse, at most so often, ms of media time ... */
const UPDATE_EVERY_MS = 10_000;
/** ... by so much, as far as a level is beyond its bound, or by a condition more ... */
const WORSE_BY = 0.1;
/** ... and never more often than this. */
const MAX_REVISIONS = 50;

type About = Pick<JudgedRule, 'evidence' | 'beyond'>;

export function raisedAlert(rule: CompiledRule, nowMs: number, { evidence, beyond }: About): [OpenAlert, AlertResult] {
  const { name, severity } = rule;
  const told = { toldMs: nowMs, toldEvidence: evidence.length, toldPeak: beyond };
  const open = { name, severity, onsetMs: nowMs, revision: 0, ...told };
  return [open, resultOf('raised', rule.id, open, nowMs, { evidence: [...evidence] })];
}

/** The alert as it is now, and what is told of it: nothing while it is much the same. */
export function updatedAlert(
  ruleId: string,
  open: OpenAlert,
  nowMs: number,
  { evidence, beyond }: About,
): [OpenAlert, AlertResult[]] {
  const isWorse = beyond >= open.toldPeak + WORSE_BY || evidence.length > open.toldEvidence;
  const isDue = nowMs - open.toldMs >= UPDATE_EVERY_MS && open.revision < MAX_REVISIONS;
  if (!isWorse || !isDue) return [open, []];
  const told = { toldMs: nowMs, toldEvidence: evidence.length, toldPeak: Math.max(beyond, open.toldPeak) };
  const next = { ...open, ...told, revision: open.revision + 1 };
  return [next, [resultOf('updated', ruleId, next, nowMs, { evidence: [...evidence] })]];
}

export function clearedAlert(ruleId: string, open: ToldAlert, nowMs: number, reason: AlertClearReason): AlertResult {
  return resultOf('cleared', ruleId, { ...open, revision: open.revision + 1 }, nowMs, { clearReason: reason });
}

function resultOf(
  step: AlertData['step'],
  ruleId: string,
  { name, severity, onsetMs, revision }: ToldAlert,
  windowEndMs: number,
  more: Pick<AlertData, 'evidence' | 'clearReason'>,
): AlertResult {
  return {
    type: `rapport.alert.${step}`,
    naturalKey: [ruleId, onsetMs, revision],
    data: {
      ...{ ruleId, step, revision, onsetWindowEndMs: onsetMs, severity, detail: {}, name, ...more },
      // one that was raised before a restart may be over at a moment before it, when that is judged again
      windowEndMs: Math.max(windowEndMs, onsetMs),
    },
  };
}
