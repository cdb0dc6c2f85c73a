import type { AlertData, AlertHandledData, AlertView, AlertWords } from '@rapport-live/protocol';

/** Notes and handlings that are remembered with an alert, the newest. */
const MAX_NOTES = 50;
const MAX_HANDLINGS = 200;

/** An alert as the desk keeps it. */
export interface KeptAlert extends AlertView {
  readonly tenant: string;
  readonly revision: number;
  /** Names the key that events of its session are encrypted with in Kafka. */
  readonly dataKey?: string;
  /** Ids of the events that handled it: each counts once. */
  readonly handledBy: readonly string[];
}

/** What is said of the conversation with each of its alerts. */
export type AlertSession = Pick<AlertView, 'externalId' | 'customerId' | 'agentId' | 'team' | 'queue' | 'channel'>;

/** Where an event came from and when. */
export interface Told {
  readonly id: string;
  readonly at: string;
}

/**
 * @param before absent: it is raised, or its raising was forgotten
 * @param words those that it is raised over
 */
export function alertTold(
  before: KeptAlert | undefined,
  whose: Pick<KeptAlert, 'id' | 'tenant' | 'sessionId' | 'dataKey'> & AlertSession,
  { step, revision, name = '', detail: _, evidence, ...data }: AlertData,
  { at }: Told,
  words?: AlertWords,
): KeptAlert {
  if (before !== undefined && revision <= before.revision) return before;
  const start = { raisedAt: at, evidence: [], notes: [], handledBy: [] };
  return {
    ...(before ?? { ...start, ...whose }),
    ...{ ruleId: data.ruleId, name, severity: data.severity, revision, changedAt: at },
    ...{ onsetWindowEndMs: data.onsetWindowEndMs, windowEndMs: data.windowEndMs },
    ...(evidence === undefined ? {} : { evidence }),
    ...(step !== 'raised' || words === undefined ? {} : { words }),
    ...(step === 'cleared' ? { state: 'cleared', clearReason: data.clearReason } : { state: 'open' }),
  };
}

/** Its session is over: nothing is open in it any more. */
export function sessionOver(alert: KeptAlert, { at }: Told): KeptAlert {
  return alert.state === 'cleared'
    ? alert
    : { ...alert, state: 'cleared', clearReason: 'session_ended', changedAt: at };
}

export function alertHandled(alert: KeptAlert, handling: AlertHandledData, { id, at }: Told): KeptAlert {
  if (alert.handledBy.includes(id)) return alert;
  const next = { ...alert, handledBy: [...alert.handledBy, id].slice(-MAX_HANDLINGS) };
  const { action, by, assignee, until, note = '' } = handling;
  switch (action) {
    case 'acknowledge':
      // who was first
      return { ...next, acknowledged: alert.acknowledged ?? { by, at } };
    case 'assign':
      return { ...next, assignee };
    case 'snooze':
      return { ...next, snoozedUntil: until };
    case 'note':
      return { ...next, notes: [...alert.notes, { by, at, note }].slice(-MAX_NOTES) };
  }
}

export const viewOf = ({ tenant: _, revision: __, handledBy: ___, dataKey: ____, ...view }: KeptAlert): AlertView =>
  view;
