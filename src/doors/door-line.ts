import { type ErrorCode, RapportError, errorSpec } from '@rapport-live/protocol';
import type { TraceContext } from '../facts/trace-context';
import type { Principal } from '../gateway/auth/principal';
import { BoundedSocket, type Socket, type SocketBounds } from '../gateway/bounded-socket';
import type { LineProbe } from '../gateway/line-probe';

/** What a call must know of the connection that it comes over. */
export interface CallLine {
  readonly principal: Principal;
  /** Of the caller; undefined when it sent none, or no valid one. */
  readonly trace?: TraceContext;
  /** Asks the peer whether it is there; absent: it cannot be asked. */
  readonly probe?: LineProbe;
  /** It has a session: its place among those without one comes free. Idempotent. */
  readonly onStarted: () => void;
  /** Why we closed it; undefined while it is open, after a normal end, and when the peer went first. */
  readonly closeCode: ErrorCode | undefined;
}

/** What the lines of foreign doors tell of themselves. */
export interface LineEvents {
  /** Once, when we close it for an error; what it says holds nothing personal. */
  readonly onFault: (error: RapportError) => void;
  /** A fault of ours, to be logged with its cause. */
  readonly onOwnFault: (error: unknown) => void;
}

const NORMAL = 1000;

/**
 * A WebSocket of a foreign protocol: sends within the bound on unread bytes, closes with a status. Such peers have no
 * word for our errors, so the close says it: the status that the error list has for the code, and `CODE: MESSAGE`.
 */
export class DoorLine implements CallLine {
  private readonly socket: BoundedSocket;
  private closedWith: ErrorCode | undefined;

  constructor(
    socket: Socket,
    readonly principal: Principal,
    readonly onStarted: () => void,
    bounds: SocketBounds,
    private readonly events: LineEvents,
    readonly trace?: TraceContext,
  ) {
    this.socket = new BoundedSocket(socket, bounds);
  }

  get probe(): LineProbe {
    return this.socket.probe;
  }

  get closeCode(): ErrorCode | undefined {
    return this.closedWith;
  }

  get isOpen(): boolean {
    return this.socket.isOpen;
  }

  /** Sends a text message; who does not read is closed with `slow_consumer`. */
  send(text: string): void {
    const { unreadBytes } = this.socket;
    if (!this.socket.send(text)) this.fail('slow_consumer', `${unreadBytes} bytes are not read.`);
  }

  /** Closes with the status of the code, or with what its protocol has for that. Idempotent. */
  fail(code: ErrorCode, message: string, status?: number): void {
    this.answer(new RapportError(code, message), status);
  }

  /** The same with what was thrown: a RapportError as it is, anything else is a fault of ours. */
  answer(error: unknown, status?: number): void {
    if (this.socket.isClosed) return;
    if (!(error instanceof RapportError)) this.events.onOwnFault(error);
    const told = error instanceof RapportError ? error : new RapportError('internal', 'The service failed.');
    this.closedWith = told.code;
    this.events.onFault(told);
    const later = told.retryAfterMs === undefined ? '' : ` (retryAfterMs ${told.retryAfterMs})`;
    this.close(status ?? errorSpec(told.code).close ?? 1008, `${told.code}${later}: ${told.message}`);
  }

  /** Idempotent. */
  close(status: number = NORMAL, reason = 'session ended'): void {
    this.socket.close(status, reason);
  }
}
