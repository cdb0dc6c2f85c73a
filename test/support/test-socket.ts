import { type ClientOptions, WebSocket } from 'ws';

/** How a WebSocket is opened: as a browser does, with `protocols`, and with whatever else of `ws`. */
export type SocketOptions = ClientOptions & { readonly protocols?: readonly string[] };

/** Rejects when the upgrade is refused. */
export async function opened<T extends TestSocket>(
  url: string,
  { protocols = [], ...options }: SocketOptions,
  around: (socket: WebSocket) => T,
): Promise<T> {
  const socket = new WebSocket(url, [...protocols], options);
  const client = around(socket);
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return client;
}

/** One side of a WebSocket without manners: sends whatever a test wants, and knows how it was closed. */
export abstract class TestSocket {
  readonly closed: Promise<{ status: number; reason: string }>;

  protected constructor(
    protected readonly socket: WebSocket,
    heard: (text: string) => void,
  ) {
    socket.on('message', (data) => heard((data as Buffer).toString()));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) =>
      socket.on('close', (status, reason) => resolve({ status, reason: reason.toString() })),
    );
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
  half(part: string | Uint8Array): void {
    this.socket.send(part, { fin: false });
  }

  abort(): void {
    this.socket.terminate();
  }
}
