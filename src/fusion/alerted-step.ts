import type { AlertEvent, AssessedPart, TalkNow } from '../alerts/alert-event';
import type { CompiledRule } from '../alerts/compiled-rule';
import { foldAlerts } from '../alerts/fold-alerts';
import type { SessionResult } from '../delivery/session-result';
import { conversationFigures } from './conversation-figures';
import type { SessionState } from './session-state';
import { type FusionPolicy, type SessionEvent, step, type Stepped } from './session-step';
import { sumsSoFar } from './talk-state';

/** What alerts go by, as it is now. */
export interface AlertPolicy {
  /** Those that watch this session. */
  readonly rules: readonly CompiledRule[];
  /** What a process before this one made of a window, while a session that goes on passes it again. */
  readonly assessedBefore?: (windowEndMs: number) => AssessedPart | undefined;
}

/** A step of the session, and what its rules make of it: their results stand behind those they come from. */
export function alertedStep(
  before: SessionState,
  event: SessionEvent,
  policy: FusionPolicy & { readonly alerts: AlertPolicy },
): Stepped {
  const [after, results] = step(before, event, policy);
  const told = alertEventOf(after, event, results, policy.alerts);
  if (told === undefined) return [after, results];
  const [alerts, raised] = foldAlerts(after.alerts, told, policy.alerts.rules);
  return [{ ...after, alerts }, raised.length === 0 ? results : [...results, ...raised]];
}

function alertEventOf(
  state: SessionState,
  event: SessionEvent,
  results: readonly SessionResult[],
  { assessedBefore }: AlertPolicy,
): AlertEvent | undefined {
  const [result] = results;
  if (event.kind === 'text' && result?.type === 'rapport.transcript.final') {
    const { utteranceId, party, startMs, endMs, text } = result.data;
    return { kind: 'text', utteranceId, party, startMs, endMs, text };
  }
  if (!('heard' in event)) return undefined;
  const nowMs = event.heard.hopEndMs;
  const assessed = result?.type === 'rapport.window.assessed' ? result.data : assessedBefore?.(nowMs);
  return { kind: 'tick', nowMs, ...(assessed && { assessed }), talk: talkNow(state) };
}

function talkNow(state: SessionState): TalkNow {
  const { absentReason, mediaMs, customer, agent } = conversationFigures(state);
  const bare = { onHold: (state.holds?.open ?? null) !== null, heardMs: mediaMs };
  if (absentReason !== undefined || customer === undefined || agent === undefined) return bare;
  return {
    ...bare,
    silentForMs: sumsSoFar(state.talk).silentForMs,
    interruptions: { customer: customer.interruptions ?? 0, agent: agent.interruptions ?? 0 },
    ...(customer.talkShare === undefined || agent.talkShare === undefined
      ? {}
      : { talkShare: { customer: customer.talkShare, agent: agent.talkShare } }),
  };
}
