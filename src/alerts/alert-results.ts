import type { AlertClearReason, AlertData, AlertEvidence } from '@rapport-live/protocol';
import type { SessionResult } from '../delivery/session-result';
import type { OpenAlert } from './alert-state';
import type { CompiledRule } from './compiled-rule';

export type AlertResult = Extract<SessionResult, { type: `rapport.alert.${string}` }>;

/** An open alert is told again when it got worse, at most so often, ms of media time ... */
const UPDATE_EVERY_MS = 10_000;
/** ... by so much of its greatest value, or by a condition more ... */
const WORSE_BY = 0.1;
/** ... and never more often than this. */
const MAX_REVISIONS = 50;

type About = readonly AlertEvidence[];

export function raisedAlert(rule: CompiledRule, nowMs: number, evidence: About): [OpenAlert, AlertResult] {
  const { name, severity } = rule;
  const told = { toldMs: nowMs, toldEvidence: evidence.length, toldPeak: peakOf(evidence) };
  const open = { name, severity, onsetMs: nowMs, revision: 0, ...told };
  return [open, resultOf('raised', rule.id, open, nowMs, { evidence: [...evidence] })];
}

/** The alert as it is now, and what is told of it: nothing while it is much the same. */
export function updatedAlert(
  ruleId: string,
  open: OpenAlert,
  nowMs: number,
  evidence: About,
): [OpenAlert, AlertResult[]] {
  const peak = peakOf(evidence);
  const isWorse = peak >= open.toldPeak + WORSE_BY || evidence.length > open.toldEvidence;
  const isDue = nowMs - open.toldMs >= UPDATE_EVERY_MS && open.revision < MAX_REVISIONS;
  if (!isWorse || !isDue) return [open, []];
  const told = { toldMs: nowMs, toldEvidence: evidence.length, toldPeak: Math.max(peak, open.toldPeak) };
  const next = { ...open, ...told, revision: open.revision + 1 };
  return [next, [resultOf('updated', ruleId, next, nowMs, { evidence: [...evidence] })]];
}

export function clearedAlert(ruleId: string, open: OpenAlert, nowMs: number, reason: AlertClearReason): AlertResult {
  return resultOf('cleared', ruleId, { ...open, revision: open.revision + 1 }, nowMs, { clearReason: reason });
}

/** Emotion, shares and scores alone: how long a silence lasts is no sign that it got worse. */
function peakOf(evidence: About): number {
  const shares = evidence.filter(({ condition }) => ['emotion', 'escalationRisk', 'arousal'].includes(condition));
  return Math.max(0, ...shares.map(({ value = 0 }) => value));
}

function resultOf(
  step: AlertData['step'],
  ruleId: string,
  { name, severity, onsetMs, revision }: OpenAlert,
  windowEndMs: number,
  more: Pick<AlertData, 'evidence' | 'clearReason'>,
): AlertResult {
  return {
    type: `rapport.alert.${step}`,
    naturalKey: [ruleId, onsetMs, revision],
    data: { ruleId, step, revision, onsetWindowEndMs: onsetMs, windowEndMs, severity, detail: {}, name, ...more },
  };
}
