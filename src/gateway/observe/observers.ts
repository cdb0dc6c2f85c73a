import type { CloudEvent, SessionObserve, SessionState, SessionUnobserve, TypedEvent } from '@rapport-live/protocol';
import type { Picture } from '../../pipeline/session-picture';
import { namelessEvent } from '../auth/names';
import type { ViewAudit } from '../auth/view-audit';
import { canSee, type SeenSession, viewerOf } from '../auth/viewer';
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
    private readonly audit: Pick<ViewAudit, 'saw'>,
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
    const viewer = viewerOf(connection.principal);
    if (session === undefined || picture === undefined || !canSee(viewer, seen(connection.tenant, picture))) {
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
    void this.audit.saw(viewer, { what: 'session', sessionId });
    const { mediaMs } = session.conversation;
    const shown = viewer.seesNames ? asItIs : namelessEvent;
    const status = statusOf(session);
    const state = { ...detail, sessionId, status, mediaMs, ...picture, started: shown(picture.started) };
    connection.send({ type: 'session.state', ...state });
    const observation = new Observation(connection, session.conversation, shown, () => observed.delete(sessionId));
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

const asItIs = (event: CloudEvent): CloudEvent => event;

function seen(tenant: string, { started }: Picture): SeenSession {
  const { data } = started as Extract<TypedEvent, { type: 'rapport.session.started' }>;
  return { tenant, team: data.session.team };
}

function statusOf({ state, attached, conversation }: ResumableSession): SessionState['status'] {
  if (state !== 'live' || conversation.results.hasEnded) return 'ended';
  if (attached === undefined) return 'disconnected';
  return conversation.paused ? 'paused' : 'live';
}
