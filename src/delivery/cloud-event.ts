import { type CloudEvent, dataSchemaUri } from '@rapport-live/protocol';
import { eventId } from './event-id';
import type { SessionIdentity, SessionResult } from './session-result';

export const EVENT_SOURCE = 'urn:rapport:service';

/** The Kafka key, and the key of everything kept per session. A session id is a UUID, so the last slash parts them. */
export function sessionKey(session: SessionIdentity): string {
  return `${session.tenant}/${session.sessionId}`;
}

/** The inverse of `sessionKey`. */
export function sessionOfKey(key: string): SessionIdentity {
  const slash = key.lastIndexOf('/');
  return { tenant: key.slice(0, slash), sessionId: key.slice(slash + 1) };
}

/** The CloudEvents 1.0 envelope of a result. `id` stands early so that a human sees it in the log. */
export function toCloudEvent(session: SessionIdentity, result: SessionResult, madeAt: Date): CloudEvent {
  return {
    specversion: '1.0',
    id: eventId(session, result),
    source: EVENT_SOURCE,
    type: result.type,
    subject: session.sessionId,
    time: madeAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaUri(result.type),
    tenant: session.tenant,
    partitionkey: sessionKey(session),
    ...(session.traceparent === undefined ? {} : { traceparent: session.traceparent }),
    ...(session.dataKey === undefined ? {} : { datakey: session.dataKey }),
    data: result.data,
  };
}
