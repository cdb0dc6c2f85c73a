import { type SessionObserve, type SessionState, type SessionUnobserve } from '@rapport-live/protocol';
import type { Connection } from '../connection';
import type { GatewayOptions } from '../gateway-options';
import type { ResumableSession } from '../resume/resumable-session';
import type { ResumableSessions } from '../resume/resumable-sessions';
import { Observation } from './observation';

/** Connections that watch sessions of their tenant: what is known of each first, then what comes. */
export class Observers {
  private readonly byConnection = new Map<Connection, Map<string, Observation>>();

  constructor(
    private readonly sessions: Pick<ResumableSessions, 'of'>,
    private readonly options: Pick<GatewayOptions, 'maxObservedSessions'>,
  ) {}

  isObserving(connection: Connection): boolean {
    return this.byConnection.has(connection);
  }

  /** What cannot be observed is refused, and the connection goes on with the others. */
  observe(connection: Connection, { sessionId, afterResultSeq, ref }: SessionObserve): void {
    const observed = this.byConnection.get(connection) ?? new Map<string, Observation>();
    this.byConnection.set(connection, observed);
    const detail = ref === undefined ? {} : { ref };
    const session = this.sessions.of(connection.tenant, sessionId);
    const picture = session?.conversation.results.picture();
    if (session === undefined || picture === undefined) {
      connection.refuse('session_unknown', `No session ${sessionId} can be observed.`, detail);
      return;
    }
    observed.get(sessionId)?.end();
    observed.delete(sessionId);
    if (observed.size >= this.options.maxObservedSessions) {
      const { maxObservedSessions } = this.options;
      connection.refuse('too_many_sessions', `This connection observes ${maxObservedSessions} sessions.`, detail);
      return;
    }
    const { mediaMs } = session.conversation;
    connection.send({ type: 'session.state', ...detail, sessionId, status: statusOf(session), mediaMs, ...picture });
    const observation = new Observation(connection, session.conversation, () => observed.delete(sessionId));
    observed.set(sessionId, observation);
    observation.begin(afterResultSeq ?? picture.resultSeq);
  }

  unobserve(connection: Connection, { sessionId }: SessionUnobserve): void {
    const observed = this.byConnection.get(connection);
    observed?.get(sessionId)?.end();
    observed?.delete(sessionId);
  }

  /** The connection is gone. */
  leave(connection: Connection): void {
    for (const observation of this.byConnection.get(connection)?.values() ?? []) observation.end();
    this.byConnection.delete(connection);
  }
}

function statusOf({ state, attached, conversation }: ResumableSession): SessionState['status'] {
  if (state !== 'live' || conversation.results.hasEnded) return 'ended';
  if (attached === undefined) return 'disconnected';
  return conversation.paused ? 'paused' : 'live';
}
