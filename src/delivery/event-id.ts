import { createHash } from 'node:crypto';
import type { SessionIdentity, SessionResult } from './session-result';

/**
 * 32 hexadecimal digits made from what the event is about, never from a counter: whoever computes the event again
 * gets the same id, so that every copy can be recognised. JSON keeps the parts apart (["a","b"] is not ["ab"]).
 */
export function eventId(session: SessionIdentity, result: Pick<SessionResult, 'type' | 'naturalKey'>): string {
  const parts = JSON.stringify([session.tenant, session.sessionId, result.type, result.naturalKey]);
  return createHash('sha256').update(parts, 'utf8').digest('hex').slice(0, 32);
}
