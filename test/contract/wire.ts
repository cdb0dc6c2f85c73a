import { encodeFrame, type FrameHeader, type ServerMessage, SUBPROTOCOL } from '@rapport-live/protocol';
import { WebSocket } from 'ws';

/** What was promised has not come about. */
const MAX_WAIT_MS = 20_000;

/** One connection without manners or memory: sends what it is told to and keeps what comes back, in order. */
export class Wire {
  readonly received: ServerMessage[] = [];
  close: { readonly status: number; readonly reason: string } | undefined;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly socket: WebSocket,
    private readonly onMessage: (message: ServerMessage) => void,
  ) {
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as ServerMessage;
      this.received.push(message);
      this.onMessage(message);
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', (status, reason) => {
      this.close = { status, reason: reason.toString() };
      this.wake();
    });
  }

  static async open(url: string, key: string, onMessage: (message: ServerMessage) => void): Promise<Wire> {
    const socket = new WebSocket(url, SUBPROTOCOL, { headers: { authorization: `Bearer ${key}` } });
    const wire = new Wire(socket, onMessage);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return wire;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  json(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  frame(header: FrameHeader, payload: Uint8Array): void {
    this.socket.send(encodeFrame(header, payload));
  }

  /** Resolves when the condition holds, which is looked at after each message and at the close. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const deadlineMs = performance.now() + MAX_WAIT_MS;
    while (!holds()) {
      if (this.close !== undefined && !holds()) {
        throw new Error(`${what}: closed with ${this.close.status} ${this.close.reason} first`);
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`${what}: not within ${MAX_WAIT_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The message that answers, received or still to come. */
  async first<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    const found = (): ServerMessage | undefined => this.received.find((message) => message.type === type);
    await this.until(() => found() !== undefined, `waiting for ${type}`);
    return found() as Extract<ServerMessage, { type: T }>;
  }

  async closed(): Promise<{ readonly status: number; readonly reason: string }> {
    await this.until(() => this.close !== undefined, 'waiting for the close');
    return this.close!;
  }

  /** Reads nothing any more, pings neither. */
  stall(): void {
    this.socket.pause();
  }

  heal(): void {
    this.socket.resume();
  }

  /** The network fails: no close frame. Resolves when this end knows. */
  async cut(): Promise<void> {
    this.socket.terminate();
    await this.closed();
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
