import { type EventData, type EventType, TENANT_EVENTS, type TypedEvent } from '@rapport-live/protocol';
import { sessionOfKey } from '../../../delivery/cloud-event';
import type { LogRecord } from '../../../delivery/record-line';
import type { VectorName } from '../../../facts/waiting-vectors';
import type { HistoryFact } from './history-fact';

/** The embedding of a window or of words, if this process made it; the same again until what came of it is kept. */
export type VectorOf = (what: VectorName) => Float32Array | undefined;

const MONITORS_OWN = 'rapport.monitor.';

/** What history keeps of a record, in order. Pure but for `vectorOf`. */
export function factsOfRecord(record: LogRecord, vectorOf: VectorOf): HistoryFact[] {
  const event = record.event as TypedEvent;
  const { tenant, sessionId } = sessionOfKey(record.key);
  const at = { tenant, sessionId };
  if (event.type === 'rapport.session.erased') return [{ kind: 'erased', ...at }];
  if (event.type.startsWith(MONITORS_OWN)) {
    // of no session by its key: it says itself which one it is about
    const { sessionId: about } = event.data as { sessionId?: string };
    return about === undefined ? [] : [eventFact(record, { tenant, sessionId: about }, true)];
  }
  if (TENANT_EVENTS.has(event.type as EventType)) return [];
  return [
    ...before(event, at),
    eventFact(record, at, event.type.startsWith('rapport.audit.')),
    ...behind(event, at, vectorOf),
  ];
}

type Of = { readonly tenant: string; readonly sessionId: string };

function eventFact(
  { event, eventJson: json = JSON.stringify(event) }: LogRecord,
  of: Of,
  onlyKnown: boolean,
): HistoryFact {
  const { id: eventId, type, time } = event;
  return { kind: 'event', ...of, eventId, type, json, atMs: Date.parse(time), onlyKnown };
}

/** A start comes before its event, which is kept for sessions that are known. */
function before(event: TypedEvent, of: Of): HistoryFact[] {
  if (event.type !== 'rapport.session.started' && event.type !== 'rapport.session.ended') return [];
  const { session, startedAt } = event.data;
  const { externalId, customerId, agentId, team, queue, channel } = session;
  const language = 'language' in event.data ? (event.data.language ?? session.language) : session.language;
  const named = { externalId, customerId, agentId, team, queue, channel, language };
  return [{ kind: 'session', ...of, startedMs: Date.parse(startedAt), ...named }];
}

function behind(event: TypedEvent, of: Of, vectorOf: VectorOf): HistoryFact[] {
  switch (event.type) {
    case 'rapport.session.ended': {
      const { endedAt, durationMs, reason } = event.data;
      return [{ kind: 'ended', ...of, endedMs: Date.parse(endedAt), durationMs, reason }];
    }
    case 'rapport.session.updated': {
      const { kind, detail } = event.data;
      const { language } = detail;
      return kind === 'language' && typeof language === 'string' ? [{ kind: 'language', ...of, language }] : [];
    }
    case 'rapport.transcript.final': {
      const { utteranceId, party, startMs, endMs, text } = event.data;
      if (text.trim() === '') return [];
      const vector = vectorOf({ ...of, utteranceId });
      return [{ kind: 'utterance', ...of, eventId: event.id, utteranceId, party, startMs, endMs, text, vector }];
    }
    case 'rapport.window.assessed':
      return windowFacts(event.id, event.data, of, vectorOf);
    default:
      return [];
  }
}

function windowFacts(
  eventId: string,
  data: EventData<'rapport.window.assessed'>,
  of: Of,
  vectorOf: VectorOf,
): HistoryFact[] {
  const { subject, windowStartMs: startMs, windowEndMs: endMs, label, confidence, abstained, intents } = data;
  // searches and filters are about the customer
  if (subject !== 'customer') return [];
  const vector = vectorOf({ ...of, windowEndMs: endMs });
  const told = label !== undefined && confidence !== undefined && abstained === undefined;
  return [
    { kind: 'window', ...of, eventId, startMs, endMs, ...(told ? { label, confidence } : {}), vector },
    ...(told ? [{ kind: 'peak', ...of, emotion: label, confidence, atMs: endMs } as const] : []),
    ...intents.map(
      ({ name: intent, score, lastMs: atMs }) => ({ kind: 'intent', ...of, intent, score, atMs }) as const,
    ),
  ];
}
