import {
  type Limits,
  RapportError,
  type SessionReady,
  type SessionResume,
  type SessionResumed,
} from '@rapport-live/protocol';

/** What a session was given by the service: its id, its limits, and what it needs to come back. */
export class SessionHold {
  private ready: Pick<SessionReady, 'sessionId' | 'limits'> | undefined;
  /** Absent where the service cannot resume, or the caller wants none of it. */
  private resumeToken: string | undefined;
  private windowMs = 0;

  constructor(private readonly mayResume: boolean) {}

  /** Throws RapportError `session_required` before the service is ready. */
  get sessionId(): string {
    return this.given.sessionId;
  }

  get limits(): Limits {
    return this.given.limits;
  }

  get isReady(): boolean {
    return this.ready !== undefined;
  }

  get canResume(): boolean {
    return this.resumeToken !== undefined;
  }

  /** Wall ms after a loss in which the session can be resumed. */
  get resumeWindowMs(): number {
    return this.windowMs;
  }

  onReady(ready: SessionReady): void {
    this.ready = ready;
    this.resumeToken = this.mayResume ? ready.resumeToken : undefined;
    this.windowMs = ready.resumeWindowMs ?? 0;
  }

  onResumed({ resumeToken, resumeWindowMs }: SessionResumed): void {
    this.resumeToken = resumeToken;
    this.windowMs = resumeWindowMs;
  }

  /** The first message over the next connection; undefined: there can be none. */
  resumeMessage(ackedResultSeq: number, streams: SessionResume['streams']): SessionResume | undefined {
    if (this.resumeToken === undefined) return undefined;
    const { sessionId, resumeToken } = this;
    return { type: 'session.resume', sessionId, resumeToken, ackedResultSeq, streams };
  }

  private get given(): Pick<SessionReady, 'sessionId' | 'limits'> {
    if (this.ready === undefined) throw new RapportError('session_required', 'The session is not ready yet.');
    return this.ready;
  }
}
