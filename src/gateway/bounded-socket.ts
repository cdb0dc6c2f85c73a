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

/** The connection below it; those of Node fit. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

export type SocketBounds = Pick<GatewayOptions, 'maxBufferedBytes' | 'closeTimeoutMs' | 'pongWithinMs'>;

const OPEN = 1;
/** Reasons in close frames hold at most 123 bytes (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/** A WebSocket, ours or that of another protocol, that keeps no more unread bytes than it may, and is closed once. */
export class BoundedSocket {
  /** Whether the peer is there: told of its pongs by whoever reads the socket. */
  readonly probe: LineProbe;
  private closed = false;
  private isCorked = false;

  /** `below`: what is said in one go leaves in one call of the system; absent: each message by itself. */
  constructor(
    private readonly socket: Socket,
    private readonly bounds: SocketBounds,
    private readonly below?: Corkable,
  ) {
    this.probe = new LineProbe({
      ping: (payload) => this.isOpen && this.socket.ping(payload),
      answerWithinMs: bounds.pongWithinMs,
    });
  }

  /** We closed it. */
  get isClosed(): boolean {
    return this.closed;
  }

  get isOpen(): boolean {
    return !this.closed && this.socket.readyState === OPEN;
  }

  get unreadBytes(): number {
    return this.socket.bufferedAmount;
  }

  /**
   * False: too much is not read. It is then to be closed with `slow_consumer`: an error message would only join the unread
   * ones, and the close frame is all that this peer may still get.
   */
  send(text: string): boolean {
    if (!this.isOpen) return true;
    if (this.socket.bufferedAmount <= this.bounds.maxBufferedBytes) {
      this.cork();
      this.socket.send(text);
      return true;
    }
    // The close waits behind what is not read. Until the socket goes, all of that stays in memory.
    setTimeout(() => this.socket.terminate(), this.bounds.closeTimeoutMs).unref();
    return false;
  }

  /** Idempotent. */
  close(status: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.probe.close();
    this.socket.close(status, cutToBytes(reason, MAX_REASON_BYTES));
    // whoever cuts it off next does not take along what was said
    this.uncork();
  }

  /** Until what is being worked on is done: a window's result, its acknowledgement and credit are one packet. */
  private cork(): void {
    if (this.below === undefined || this.isCorked) return;
    this.isCorked = true;
    this.below.cork();
    process.nextTick(() => this.uncork());
  }

  private uncork(): void {
    if (!this.isCorked) return;
    this.isCorked = false;
    this.below?.uncork();
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
