import {
  type ClientMessage,
  type ErrorMessage,
  RapportError,
  type ServerMessage,
  type SessionReady,
  type SessionResumed,
} from '@rapport-live/protocol';
import { judgeClose, reconnectDelayMs } from './lost-connection';
import type { ClientBounds } from './options';
import { SilenceWatch } from './silence-watch';
import type { Address, OpenTransport, Transport, TransportClose } from './transport';

type Opening = SessionReady | SessionResumed;

/** Where to dial, and who gives the credential. */
export interface DialledAddress extends Omit<Address, 'token'> {
  /** Asked before each connection, in place of a key. */
  readonly token?: () => string | Promise<string>;
}

/** What the session behind the line has to say and is told. */
export interface LineHolder {
  /** The first message over the next connection; undefined: the session cannot go on over one. */
  nextFirstMessage(): ClientMessage | undefined;
  /** Wall ms after a loss in which that may be tried. */
  resumeWindowMs(): number;
  onMessage(message: ServerMessage): void;
  /** The connection is gone and another will be tried, in `delayMs`. */
  onLost(loss: { readonly attempt: number; readonly delayMs: number; readonly cause: Error }): void;
  /** Nothing follows. */
  onOver(failure: Error | undefined): void;
}

/**
 * The connection of a session, one after another where they break: dials, waits for the answer to the first message,
 * watches for silence, and tries again within the resume window.
 */
export class Lifeline {
  private transport: Transport | undefined;
  private watch: SilenceWatch | undefined;
  private isOpen = false;
  private isOver = false;
  private isPaused = false;
  /** Of the newest connection. */
  private canPause = true;
  /** Lost or dropped while nobody read: dialled again once somebody does. */
  private dialsOnResume = false;
  /** Why we dropped the connection ourselves. */
  private dropCause: Error | undefined;
  private lostAtMs: number | undefined;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private url: string;

  constructor(
    private readonly open: OpenTransport,
    private readonly dialled: DialledAddress,
    private readonly bounds: ClientBounds,
    private readonly holder: LineHolder,
  ) {
    this.url = dialled.url;
  }

  /** Between the answer of the service and the loss of the connection. */
  get isUp(): boolean {
    return this.isOpen;
  }

  /** What the connection was given and has not sent yet. */
  get bufferedBytes(): number {
    return this.transport?.bufferedBytes ?? 0;
  }

  /** Tries since the last connection was lost. */
  get tries(): number {
    return this.attempt;
  }

  dial(): void {
    const { token, apiKey, traceparent } = this.dialled;
    const address = { url: this.url, apiKey, traceparent };
    if (token === undefined) return this.dialTo(address);
    void (async () => token())().then(
      (text) => this.dialTo({ ...address, token: text }),
      (error: Error) => this.isOver || this.closed({ status: 1006, reason: '', error }, undefined),
    );
  }

  private dialTo(address: Address): void {
    if (this.isOver) return;
    const first = this.holder.nextFirstMessage();
    if (first === undefined) return this.end(new RapportError('connection_lost', 'The session cannot be resumed.'));
    let fatal: ErrorMessage | undefined;
    this.dropCause = undefined;
    const { timeoutMs } = this.bounds;
    // A fault in the URL is thrown by the transport: it is the caller's.
    const transport: Transport = this.open(address, timeoutMs, {
      onOpen: () => transport.send(JSON.stringify(first)),
      onHeard: () => this.watch?.heard(),
      onText: (text) => {
        if (this.transport !== transport) return;
        this.watch?.heard();
        const message = parsed(text);
        if (message === undefined) return this.end(new RapportError('malformed_message', 'The service sent no JSON.'));
        if (message.type === 'error' && (message.fatal || !this.isOpen)) fatal = message;
        if (isOpening(message)) this.opened(message);
        else if (this.isOpen) this.holder.onMessage(message);
        else if (message.type === 'error' && !message.fatal) transport.terminate();
      },
      onClose: (close) => {
        if (this.transport !== transport) return;
        this.closed(this.dropCause === undefined ? close : { ...close, error: this.dropCause }, fatal);
      },
    });
    this.transport = transport;
    this.canPause = transport.canPause;
    const answerDue = `No answer to ${first.type} came within ${timeoutMs} ms.`;
    this.timer = setTimeout(() => {
      this.dropCause = new RapportError('session_timeout', answerDue);
      transport.terminate();
    }, timeoutMs);
  }

  /** Goes nowhere while the connection is down. */
  send(data: object | Uint8Array): void {
    if (!this.isOpen) return;
    this.transport?.send(data instanceof Uint8Array ? data : JSON.stringify(data));
  }

  /** Nobody reads. A connection that cannot be paused, as in browsers, is dropped, and resumed when somebody does again. */
  pause(): void {
    this.isPaused = true;
    this.watch?.pause();
    if (this.canPause) return this.transport?.pause();
    const { maxUnreadMessages } = this.bounds;
    this.dropCause = new RapportError('slow_consumer', `${maxUnreadMessages} messages wait to be read here.`);
    this.transport?.terminate();
  }

  resume(): void {
    this.isPaused = false;
    this.transport?.resume();
    this.watch?.resume();
    if (!this.dialsOnResume) return;
    this.dialsOnResume = false;
    clearTimeout(this.timer);
    this.dial();
  }

  /** Drops the connection; no other follows. */
  end(failure: Error | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isOpen = false;
    clearTimeout(this.timer);
    this.watch?.pause();
    const { transport } = this;
    this.transport = undefined;
    transport?.terminate();
    this.holder.onOver(failure);
  }

  private opened(answer: Opening): void {
    clearTimeout(this.timer);
    const transport = this.transport!;
    const { maxSilenceMs } = this.bounds;
    this.isOpen = true;
    this.watch = new SilenceWatch(
      maxSilenceMs,
      () => transport.hearsPings || this.send({ type: 'ping' }),
      () => transport.terminate(),
    );
    if (this.isPaused) this.pause();
    this.holder.onMessage(answer);
    this.attempt = 0;
    this.lostAtMs = undefined;
  }

  private closed(close: TransportClose, fatal: ErrorMessage | undefined): void {
    clearTimeout(this.timer);
    this.watch?.pause();
    this.watch = undefined;
    const wasOpen = this.isOpen;
    this.isOpen = false;
    this.transport = undefined;
    const verdict = judgeClose(close, fatal);
    if (verdict.kind === 'over') return this.end(wasOpen ? named(verdict.failure) : refusal(verdict.failure, fatal));
    if (!wasOpen && this.lostAtMs === undefined) return this.end(refusal(verdict.cause, fatal));
    if (this.holder.nextFirstMessage() === undefined) return this.end(named(verdict.cause));
    const nowMs = performance.now();
    this.lostAtMs ??= nowMs;
    const delayMs = Math.max(verdict.afterMs, reconnectDelayMs(this.attempt, this.bounds, Math.random));
    const resumeWindowMs = this.holder.resumeWindowMs();
    if (nowMs + delayMs > this.lostAtMs + resumeWindowMs) {
      const message = `No connection came about within the ${resumeWindowMs} ms in which the session can be resumed.`;
      return this.end(new RapportError('connection_lost', message, { cause: verdict.cause }));
    }
    this.attempt += 1;
    // Another gateway holds the session; where that cannot be reached, who was asked first may know better by now.
    this.url = verdict.url ?? (wasOpen ? this.url : this.dialled.url);
    this.holder.onLost({ attempt: this.attempt, delayMs, cause: verdict.cause });
    if (this.canPause || !this.isPaused) this.timer = setTimeout(() => this.dial(), delayMs);
    else {
      this.dialsOnResume = true;
      const unread = new RapportError('slow_consumer', `Nobody read on for the ${resumeWindowMs} ms of a resume.`);
      this.timer = setTimeout(() => this.end(unread), this.lostAtMs + resumeWindowMs - nowMs);
    }
  }
}

function parsed(text: string): ServerMessage | undefined {
  try {
    return JSON.parse(text) as ServerMessage;
  } catch {
    return undefined;
  }
}

function isOpening(message: ServerMessage): message is Opening {
  return message.type === 'session.ready' || message.type === 'session.resumed';
}

/** What the service said beats how the connection closed. */
function refusal(failure: Error | undefined, fatal: ErrorMessage | undefined): Error {
  if (fatal !== undefined) {
    return new RapportError(fatal.code, fatal.message, { retryAfterMs: fatal.retryAfterMs });
  }
  return named(failure) ?? new RapportError('connection_lost', 'The connection closed before the session was ready.');
}

/** What the network, a proxy or the caller's `token` failed with has no code of the list: it becomes the cause of one that has. */
function named<F extends Error | undefined>(failure: F): F | RapportError {
  if (failure === undefined || failure instanceof RapportError) return failure;
  const { message } = failure;
  return new RapportError('connection_lost', `No connection came about: ${message}`, { cause: failure });
}
