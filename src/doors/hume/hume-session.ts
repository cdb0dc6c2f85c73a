import { type CloseReason, type ErrorCode, type ErrorMessage, parseText } from './messages';

/** The connection, as a session uses it. */
export interface HumePeer {
  send(text: string): void;
  /** For the log and metrics: the client is told the same. */
  faulty(code: ErrorCode): void;
  /** Closes the socket; the last message was sent. */
  close(status: number): void;
}

/** Errors that end a session, and the status that the socket is then closed with. */
const ENDING: Partial<Record<ErrorCode, number>> = {
  config_invalid: 1008,
  message_too_large: 1009,
  internal_error: 1011,
};
const CLOSE_STATUS: Readonly<Record<CloseReason, number>> = {
  client_request: 1000,
  idle_timeout: 1000,
  server_shutdown: 1001,
  error: 1008,
};

/** What the audio and the video endpoint have in common: the two messages of a client, errors, and the end. */
export abstract class HumeSession {
  /** Media has come: the configuration is as it is. */
  protected isLocked = false;
  private isEnding = false;
  private isClosed = false;
  private reason: CloseReason = 'client_request';
  private status: number | undefined;

  constructor(protected readonly peer: HumePeer) {}

  text(text: string): void {
    if (this.isEnding) return;
    const said = parseText(text);
    if (said.kind === 'invalid') this.error('message_invalid', said.why);
    else if (said.kind === 'close') this.finish('client_request');
    else if (this.isLocked) this.error('config_invalid', 'the configuration is locked: media has come');
    else {
      const why = this.configure(said.value);
      if (why !== undefined) this.error('config_invalid', `session.update is not valid: ${why}`);
    }
  }

  binary(bytes: Uint8Array): void {
    if (this.isEnding) return;
    this.isLocked = true;
    this.media(bytes);
  }

  /** It ends from our side. */
  finish(reason: CloseReason): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.reason = reason;
    this.stop();
  }

  /** Applies a `session.update` and answers it; or says what is wrong with it. */
  protected abstract configure(update: unknown): string | undefined;
  protected abstract media(bytes: Uint8Array): void;
  /** Asks for the end; `closed` follows behind the last result. */
  protected abstract stop(): void;
  /** Of `session.closed`. */
  protected abstract totals(): object;

  protected get ends(): boolean {
    return this.isEnding;
  }

  protected send(message: object): void {
    if (!this.isClosed) this.peer.send(JSON.stringify(message));
  }

  /** @param isFatal whether an `internal_error` ends the session. */
  protected error(code: ErrorCode, message: string, isFatal = ENDING[code] !== undefined): void {
    this.send({ type: 'error', code, message, retryable: !isFatal } satisfies ErrorMessage);
    if (!isFatal) return;
    if (!this.isEnding) this.peer.faulty(code);
    this.status = ENDING[code];
    this.finish('error');
  }

  /** Everything was told. */
  protected closed(sessionId: string): void {
    if (this.isClosed) return;
    this.isEnding = true;
    this.send({ type: 'session.closed', session_id: sessionId, reason: this.reason, ...this.totals() });
    this.isClosed = true;
    this.peer.close(this.status ?? CLOSE_STATUS[this.reason]);
  }

  /** Why it ends, when that is not known from the client. */
  protected because(reason: CloseReason): void {
    if (!this.isEnding) this.reason = reason;
  }
}
