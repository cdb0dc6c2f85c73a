import { encodeFrame, type ErrorMessage, type ServerMessage, SUBPROTOCOL } from '@rapport-live/protocol';
import { WebSocket } from 'ws';
import { opened, type SocketOptions, TestSocket } from './test-socket';

/** A client without manners: sends whatever a test wants and keeps everything that comes back. */
export class RawClient extends TestSocket {
  readonly received: ServerMessage[] = [];
  private waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    super(socket, (text) => {
      this.received.push(JSON.parse(text) as ServerMessage);
      const waiting = this.waiting;
      this.waiting = [];
      for (const wake of waiting) wake();
    });
  }

  static open(url: string, key: string): Promise<RawClient> {
    return RawClient.openWith(url, { headers: { authorization: `Bearer ${key}` } });
  }

  /** As a browser opens one, with `protocols`; with whatever else of `ws`. Rejects when the upgrade is refused. */
  static openWith(url: string, options: SocketOptions): Promise<RawClient> {
    return opened(url, { protocols: [SUBPROTOCOL], ...options }, (socket) => new RawClient(socket));
  }

  /** A text message of these bytes, valid UTF-8 or not. */
  textBytes(bytes: Uint8Array): void {
    this.socket.send(bytes, { binary: false });
  }

  frame(header: Partial<Parameters<typeof encodeFrame>[0]>, payload: Uint8Array): void {
    this.bytes(encodeFrame({ flags: 0, streamId: 1, seq: 0, ptsUs: 0, byteOffset: 0, ...header }, payload));
  }

  /** The first message that fits, received or still to come. */
  async until<T extends ServerMessage>(fits: (message: ServerMessage) => message is T): Promise<T> {
    for (let at = 0; ; at++) {
      while (at >= this.received.length) await new Promise<void>((resolve) => this.waiting.push(resolve));
      const message = this.received[at]!;
      if (fits(message)) return message;
    }
  }

  error(): Promise<ErrorMessage> {
    return this.until((message): message is ErrorMessage => message.type === 'error');
  }

  async start(fields: object = {}): Promise<void> {
    this.json({ type: 'session.start', ...fields });
    await this.until(
      (message): message is Extract<ServerMessage, { type: 'session.ready' }> => message.type === 'session.ready',
    );
  }
}

/** What a refused upgrade answers: HTTP status and the JSON body. */
export function refusedUpgrade(
  url: string,
  protocol: string | undefined,
  headers: Record<string, string>,
): Promise<{ status: number; body: { code: string; message: string; advice: string } }> {
  return new Promise((resolve, reject) => {
    const socket = protocol === undefined ? new WebSocket(url, { headers }) : new WebSocket(url, protocol, { headers });
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('the upgrade was not refused'));
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
  });
}
