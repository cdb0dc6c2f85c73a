import { type ClientOptions, WebSocket } from 'ws';

/** A connection of somebody else's protocol: sends whatever a test wants and keeps what comes back. */
export class ForeignLine {
  readonly received: string[] = [];
  readonly closed: Promise<{ status: number; reason: string }>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.received.push((data as Buffer).toString()));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) =>
      socket.on('close', (status, reason) => resolve({ status, reason: reason.toString() })),
    );
  }

  /** Rejects when the upgrade is refused. */
  static async open(
    url: string,
    { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {},
  ): Promise<ForeignLine> {
    const socket = new WebSocket(url, protocols, options);
    const line = new ForeignLine(socket);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return line;
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.socket.protocol;
  }

  json(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  text(text: string): void {
    this.socket.send(text);
  }

  bytes(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** The first half of a message that is never finished (RFC 6455, section 5.4). */
  half(text: string): void {
    this.socket.send(text, { fin: false });
  }

  close(status = 1000): void {
    this.socket.close(status);
  }

  abort(): void {
    this.socket.terminate();
  }
}
