import {
  ERRORS,
  type ErrorCode,
  type ErrorMessage,
  type Scope,
  type ServerMessage,
  errorSpec,
} from '@rapport-live/protocol';
import type { DurableRecord } from '../delivery/session-result';
import type { TraceContext } from '../facts/trace-context';
import type { Principal } from './auth/principal';
import { BoundedSocket, type Corkable, type Socket, type SocketBounds } from './bounded-socket';
import type { LineProbe } from './line-probe';

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
  private readonly socket: BoundedSocket;
  private closedWith: ErrorCode | undefined;

  constructor(
    socket: Socket,
    readonly principal: Principal,
    bounds: SocketBounds,
    /** Told of each error that the peer is told. */
    private readonly onError: (code: ErrorCode) => void = () => {},
    readonly trace?: TraceContext,
    below?: Corkable,
  ) {
    this.socket = new BoundedSocket(socket, bounds, below);
  }

  /** Whether the peer is there: told of its pongs by whoever reads the socket. */
  get probe(): LineProbe {
    return this.socket.probe;
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
    return this.socket.isOpen;
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** A message `result`. `eventJson`: the same event, where it was made to JSON before. */
  sendResult({
    seq,
    event,
    eventJson = JSON.stringify(event),
  }: Pick<DurableRecord, 'seq' | 'event' | 'eventJson'>): void {
    this.sendText(`{"type":"result","seq":${seq},"event":${eventJson}}`);
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

  private sendText(text: string): void {
    if (this.socket.send(text)) return;
    this.onError('slow_consumer');
    this.close('slow_consumer');
  }

  /** Closes with the status of the code, or normally. Idempotent. */
  close(code?: ErrorCode): void {
    if (this.socket.isClosed) return;
    this.closedWith = code;
    const status = code === undefined ? 1000 : (errorSpec(code).close ?? 1011);
    this.socket.close(status, code ?? 'session ended');
    if (code !== undefined) this.onFatal();
  }
}
