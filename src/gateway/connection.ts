import {
  ERRORS,
  type ErrorCode,
  type ErrorMessage,
  type Scope,
  type ServerMessage,
  errorSpec,
} from '@rapport-live/protocol';
import type { TraceContext } from '../facts/trace-context';
import type { Principal } from './auth/principal';
import type { GatewayOptions } from './gateway-options';
import { LineProbe } from './line-probe';

/** The part of a WebSocket that a connection needs; `ws` sockets fit. */
export interface Socket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: string): void;
  ping(payload?: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

const OPEN = 1;
/** Reasons in close frames hold at most 123 bytes (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

export interface ErrorDetail {
  readonly ref?: string;
  readonly streamId?: number;
  readonly seq?: number;
  readonly retryAfterMs?: number;
  readonly address?: string;
}

/** One client's connection: sends messages, errors and the close, within the bound on unread bytes. */
export class Connection {
  /** Set by whoever handles sessions; called for each binary message, synchronously. */
  onFrame: (bytes: Uint8Array) => void = () => {};
  /** Set likewise; called once when we close it for an error. The peer may take long to go: a session need not wait for it. */
  onFatal: () => void = () => {};
  /** Set by whoever counts connections; called when this one has its first session, or observes one. Idempotent. */
  onStarted: () => void = () => {};
  /** Whether the peer is there: told of its pongs by whoever reads the socket. */
  readonly probe: LineProbe;
  private closed = false;
  private closedWith: ErrorCode | undefined;

  constructor(
    private readonly socket: Socket,
    readonly principal: Principal,
    private readonly bounds: Pick<GatewayOptions, 'maxBufferedBytes' | 'closeTimeoutMs' | 'pongWithinMs'>,
    /** Told of each error that the peer is told. */
    private readonly onError: (code: ErrorCode) => void = () => {},
    readonly trace?: TraceContext,
  ) {
    this.probe = new LineProbe({
      ping: (payload) => this.isOpen && this.socket.ping(payload),
      answerWithinMs: bounds.pongWithinMs,
    });
  }

  get tenant(): string {
    return this.principal.tenant;
  }

  get scopes(): ReadonlySet<Scope> {
    return this.principal.scopes;
  }

  /** Why we closed it; undefined while open, after a normal end, and when the peer went first. */
  get closeCode(): ErrorCode | undefined {
    return this.closedWith;
  }

  get isOpen(): boolean {
    return !this.closed && this.socket.readyState === OPEN;
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  private sendText(text: string): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > this.bounds.maxBufferedBytes) {
      // An error message would only join the unread ones: the close frame is all this peer may still get.
      this.onError('slow_consumer');
      this.close('slow_consumer');
      // It waits behind what is not read. Until the socket goes, all of that stays in memory.
      setTimeout(() => this.socket.terminate(), this.bounds.closeTimeoutMs).unref();
      return;
    }
    this.socket.send(text);
  }

  /** Reports an error; closes when the code says so. */
  fail(code: ErrorCode, message: string, detail: ErrorDetail = {}): void {
    if (this.isOpen) this.onError(code);
    const fatal = errorSpec(code).close !== undefined;
    const error: ErrorMessage = { type: 'error', code, message, advice: ERRORS[code].advice, fatal, ...detail };
    this.send(error);
    if (fatal) this.close(code);
  }

  /** Reports an error that harms nothing else on this connection: it stays open, whatever the code. */
  refuse(code: ErrorCode, message: string, detail: ErrorDetail = {}): void {
    if (this.isOpen) this.onError(code);
    this.send({ type: 'error', code, message, advice: ERRORS[code].advice, fatal: false, ...detail });
  }

  /** Closes with the status of the code, or normally. Idempotent. */
  close(code?: ErrorCode): void {
    if (this.closed) return;
    this.closed = true;
    this.probe.close();
    this.closedWith = code;
    const status = code === undefined ? 1000 : (errorSpec(code).close ?? 1011);
    this.socket.close(status, (code ?? 'session ended').slice(0, MAX_REASON_BYTES));
    if (code !== undefined) this.onFatal();
  }
}
