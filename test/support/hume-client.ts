import { type ClientOptions, WebSocket } from 'ws';
import type { RunningService } from './service';

export type HumeSaid = Readonly<Record<string, unknown>> & { readonly type: string };

/** A client of the realtime endpoints of Hume's expression API, as its documentation has them. */
export class HumeClient {
  readonly said: HumeSaid[] = [];
  readonly closed: Promise<number>;
  private waiting: (() => void)[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.said.push(JSON.parse((data as Buffer).toString()) as HumeSaid);
      this.wake();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) =>
      socket.on('close', (status) => {
        this.wake();
        resolve(status);
      }),
    );
  }

  /** Rejects with the HTTP status when the upgrade is refused. */
  static async connect(
    { http, key }: RunningService,
    endpoint: 'audio' | 'video',
    headers: ClientOptions['headers'] = { 'X-Hume-Api-Key': key },
    query = '',
  ): Promise<HumeClient> {
    const url = `${http.replace('http', 'ws')}/hume/v1/expression/${endpoint}/realtime${query}`;
    const socket = new WebSocket(url, { headers });
    const client = new HumeClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve).on('error', reject);
      socket.on('unexpected-response', (_request, { statusCode }) => reject(new Error(String(statusCode))));
    });
    return client;
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
  half(bytes: Uint8Array): void {
    this.socket.send(bytes, { fin: false });
  }

  /** The nth message of this type, come or still to come. */
  async next(type: string, at = 0): Promise<HumeSaid> {
    for (;;) {
      const found = this.said.filter((message) => message.type === type)[at];
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed without ${type}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async end(): Promise<HumeSaid> {
    this.json({ type: 'session.close' });
    const closed = await this.next('session.closed');
    await this.closed;
    return closed;
  }

  get types(): string[] {
    return this.said.map(({ type, code }) => (typeof code === 'string' ? code : type));
  }

  abort(): void {
    this.socket.terminate();
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}
