import { type ErrorCode, RapportError, type SessionResume } from '@rapport-live/protocol';
import type { Meter } from '../../facts/meter';
import type { End } from '../../pipeline/conversation';
import type { DoorConversation } from '../../pipeline/door-conversation';
import type { ConversationHost } from '../../pipeline/conversation-host';
import type { RecoveredSession } from '../../pipeline/resume/session-recovery';
import type { SessionClock } from '../../streams/session-clock';
import { logFault } from '../fault.filter';
import type { GatewayOptions } from '../gateway-options';
import type { Fleet } from './fleet';
import type { Attached, ResumableSession } from './resumable-session';
import { type KeptTokens, ResumeTokens } from './resume-tokens';

/** Closed by us for these, a session waits for its client as after a lost connection: the client did nothing wrong. */
const LOSSES: readonly (ErrorCode | undefined)[] = [undefined, 'session_timeout', 'slow_consumer', 'server_shutdown'];

export type ResumeOptions = Pick<GatewayOptions, 'resumeWindowMs' | 'maxEndedSessions'>;

/**
 * The sessions that a client may come back to: those that run, connected or not, and for a while those that are over,
 * whose last results a client may have missed. A session without a connection ends when its window has passed.
 */
export class ResumableSessions {
  private readonly sessions = new Map<string, ResumableSession>();
  /** Of those that are over, oldest first. */
  private readonly over = new Set<ResumableSession>();

  constructor(
    private readonly host: Pick<ConversationHost, 'end'>,
    private readonly options: ResumeOptions,
    private readonly clock: SessionClock,
    private readonly meter: Pick<Meter, 'resume'>,
    private readonly fleet: Fleet,
  ) {}

  /** Sessions that wait for their client. */
  get detachedCount(): number {
    let count = 0;
    for (const { state, attached } of this.sessions.values()) if (state === 'live' && attached === undefined) count++;
    return count;
  }

  /** Durable results of live sessions that their clients have not acknowledged. */
  get unackedResults(): number {
    let count = 0;
    for (const { state, conversation, ackedSeq } of this.sessions.values()) {
      if (state === 'live') count += Math.max(0, conversation.results.resultSeq - ackedSeq);
    }
    return count;
  }

  get windowMs(): number {
    return this.options.resumeWindowMs;
  }

  /** For whoever watches; a session of another tenant looks like none. */
  of(tenant: string, sessionId: string): ResumableSession | undefined {
    const session = this.sessions.get(sessionId);
    return session?.conversation.identity.tenant === tenant ? session : undefined;
  }

  /** A new session, and the token to come back with. */
  begin(conversation: DoorConversation): { readonly session: ResumableSession; readonly token: string } {
    const { tokens, token } = ResumeTokens.begin(this.fleet);
    return { session: this.keep(conversation, tokens), token };
  }

  /** A session of the process before waits for its client from now on, for its last results alone where it is over. */
  async adopt({ conversation, door }: RecoveredSession): Promise<void> {
    const session = this.keep(conversation, ResumeTokens.restore(this.fleet, door as KeptTokens));
    if (session.state !== 'live') return;
    this.wait(session, { reason: 'disconnected' });
    await this.keepTokens(session);
  }

  /**
   * From now on its tokens hold in a process after this one, too. A disk that refuses takes that away and no more. Where what is on
   * disk stands for the newest, too, nobody waits: a network that comes and goes would have the disk write for each time.
   */
  async keepTokens({ conversation, tokens, state }: ResumableSession): Promise<void> {
    if (this.options.resumeWindowMs === 0) return;
    const { chain, kept } = tokens;
    // one that is over writes nothing more by itself
    if (state === 'live' && chain?.isKept === true) return conversation.results.keepDoorSoon(kept);
    const written = conversation.results.keepDoor(kept).then(() => {
      if (chain !== undefined) chain.isKept = true;
    });
    await written.catch(logFault);
  }

  private keep(conversation: DoorConversation, tokens: ResumeTokens): ResumableSession {
    const session: ResumableSession = {
      ...{ conversation, tokens, ackedSeq: 0, attached: undefined, state: 'live' as const },
      cancelTimer: () => {},
    };
    this.sessions.set(conversation.identity.sessionId, session);
    // By itself, too: a fault ends it whether or not somebody is connected.
    conversation.failed$.subscribe(() => void this.host.end(conversation, { reason: 'error' }));
    conversation.results.ephemeral$.subscribe({ complete: () => this.isOver(session) });
    return session;
  }

  /** Whose session it is; a session of another tenant looks like none. Throws RapportError, without using the token up. */
  find(tenant: string, { sessionId, resumeToken, ackedResultSeq }: SessionResume): ResumableSession {
    const session = this.of(tenant, sessionId);
    if (session === undefined) {
      throw (
        this.fleet.elsewhere(resumeToken) ??
        new RapportError('session_unknown', `No session ${sessionId} can be resumed.`)
      );
    }
    if (!session.tokens.accepts(resumeToken)) {
      throw new RapportError('forbidden', 'The resume token is not that of the session, or was used.');
    }
    if (session.state === 'expired') {
      throw new RapportError('resume_expired', `Nobody came back within ${this.options.resumeWindowMs} ms.`);
    }
    const { resultSeq } = session.conversation.results;
    if (ackedResultSeq > resultSeq) {
      throw new RapportError(
        'invalid_message',
        `ackedResultSeq ${ackedResultSeq} is beyond the last result, ${resultSeq}.`,
      );
    }
    return session;
  }

  /** Who was connected is told to go. Returns whether somebody was. */
  takeOver(session: ResumableSession): boolean {
    const { attached } = session;
    if (attached === undefined) return false;
    session.attached = undefined;
    attached.takenOver();
    this.meter.resume('taken_over');
    return true;
  }

  attach(attached: Attached): void {
    const { session } = attached;
    session.attached = attached;
    if (session.state !== 'live') return;
    session.cancelTimer();
    session.conversation.attach(attached.line);
  }

  /** The connection of a session is gone, closed by us with `code` if we did. */
  left(attached: Attached, code: ErrorCode | undefined): void {
    const { session } = attached;
    if (session.attached !== attached) return; // another has taken over
    session.attached = undefined;
    if (session.state !== 'live') return;
    if (!LOSSES.includes(code) || this.options.resumeWindowMs === 0) {
      void this.host.end(session.conversation, { reason: reasonOf(code) });
      return;
    }
    session.conversation.detach();
    this.wait(session, { reason: reasonOf(code) });
  }

  private wait(session: ResumableSession, end: End): void {
    this.after(session, this.options.resumeWindowMs, () => {
      session.state = 'expired';
      this.meter.resume('expired');
      void this.host.end(session.conversation, end);
    });
  }

  private isOver(session: ResumableSession): void {
    if (session.state === 'live') session.state = 'over';
    else session.conversation.results.forget(); // it came too late: a process after this one need not know it
    this.over.add(session);
    this.after(session, this.options.resumeWindowMs, () => this.forget(session));
    for (const oldest of this.over) {
      if (this.over.size <= this.options.maxEndedSessions) break;
      this.forget(oldest);
    }
  }

  /** It was erased: nobody can come back to it or watch it. */
  erase(tenant: string, sessionId: string): void {
    const session = this.of(tenant, sessionId);
    if (session !== undefined) this.forget(session);
  }

  private forget(session: ResumableSession): void {
    session.cancelTimer();
    this.over.delete(session);
    this.sessions.delete(session.conversation.identity.sessionId);
    session.conversation.results.forget();
  }

  private after(session: ResumableSession, waitMs: number, task: () => void): void {
    session.cancelTimer();
    session.cancelTimer = this.clock.at(this.clock.nowMs() + waitMs, task);
  }

  /** Nothing is waited for any more: the process ends. */
  close(): void {
    for (const session of this.sessions.values()) session.cancelTimer();
    this.sessions.clear();
    this.over.clear();
  }
}

function reasonOf(code: ErrorCode | undefined): End['reason'] {
  return code === 'session_timeout' ? 'timeout' : 'disconnected';
}
