import { type ErrorCode, RapportError, errorSpec } from '@rapport-live/protocol';
import type { TraceContext } from '../facts/trace-context';
import type { Principal } from '../gateway/auth/principal';
import type { Socket } from '../gateway/connection';
import type { GatewayOptions } from '../gateway/gateway-options';
import { LineProbe } from '../gateway/line-probe';

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

const OPEN = 1;
const NORMAL = 1000;
/** Reasons in close frames hold at most 123 bytes (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/**
 * A WebSocket of a foreign protocol: sends within the bound on unread bytes, closes with a status. Such peers have no
 * word for our errors, so the close says it: the status that the error list has for the code, and `CODE: MESSAGE`.
 */
export class DoorLine implements CallLine {
  readonly probe: LineProbe;
  private closed = false;
  private closedWith: ErrorCode | undefined;

  constructor(
    private readonly socket: Socket,
    readonly principal: Principal,
    readonly onStarted: () => void,
    private readonly bounds: Pick<GatewayOptions, 'maxBufferedBytes' | 'closeTimeoutMs' | 'pongWithinMs'>,
    private readonly events: LineEvents,
    readonly trace?: TraceContext,
  ) {
    this.probe = new LineProbe({
      ping: (payload) => this.isOpen && this.socket.ping(payload),
      answerWithinMs: bounds.pongWithinMs,
    });
  }

  get closeCode(): ErrorCode | undefined {
    return this.closedWith;
  }

  get isOpen(): boolean {
    return !this.closed && this.socket.readyState === OPEN;
  }

  /** Sends a text message; who does not read is closed with `slow_consumer`. */
  send(text: string): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > this.bounds.maxBufferedBytes) {
      this.fail('slow_consumer', `${this.socket.bufferedAmount} bytes are not read.`);
      // the close waits behind what is not read, and all of that stays in memory
      setTimeout(() => this.socket.terminate(), this.bounds.closeTimeoutMs).unref();
      return;
    }
    this.socket.send(text);
  }

  /** Closes with the status of the code, or with what its protocol has for that. Idempotent. */
  fail(code: ErrorCode, message: string, status?: number): void {
    this.answer(new RapportError(code, message), status);
  }

  /** The same with what was thrown: a RapportError as it is, anything else is a fault of ours. */
  answer(error: unknown, status?: number): void {
    if (this.closed) return;
    if (!(error instanceof RapportError)) this.events.onOwnFault(error);
    const told = error instanceof RapportError ? error : new RapportError('internal', 'The service failed.');
    this.closedWith = told.code;
    this.events.onFault(told);
    const later = told.retryAfterMs === undefined ? '' : ` (retryAfterMs ${told.retryAfterMs})`;
    this.close(status ?? errorSpec(told.code).close ?? 1008, `${told.code}${later}: ${told.message}`);
  }

  /** Idempotent. */
  close(status: number = NORMAL, reason = 'session ended'): void {
    if (this.closed) return;
    this.closed = true;
    this.probe.close();
    this.socket.close(status, cutToBytes(reason, MAX_REASON_BYTES));
  }
}

/** The longest beginning of a text that has so many bytes in UTF-8 and ends with a whole character. */
function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
