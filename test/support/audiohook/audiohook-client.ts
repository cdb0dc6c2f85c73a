import { randomUUID } from 'node:crypto';
import { type ClientOptions, WebSocket } from 'ws';
import { type RunningService } from '../service';
import { signedHeaders } from './signed-headers';
import { ClientNumbers, openParameters, ORGANIZATION } from './vectors';

export const HOOK_KEY = 'SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh';
export const HOOK_SECRET = Buffer.from('TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=', 'base64');
export const HOOK_CONFIG = { keys: [{ tenant: 'acme', apiKey: HOOK_KEY, secret: HOOK_SECRET }] };

type Said = ReturnType<ClientNumbers['received']>;

export interface HookConnect {
  readonly sessionId?: string;
  readonly nonce?: string;
  readonly nowMs?: number;
  readonly key?: string;
  readonly secret?: Uint8Array;
  /** Instead of those that it signs. */
  readonly headers?: Record<string, string | undefined>;
  /** Where the stream of a client that comes back stands. */
  readonly positionMs?: number;
}

/**
 * A client of AudioHook version 2 as the publisher's document wants it: signed, its numbers kept, every message of the server
 * checked. It sends what a test tells it to, and answers `disconnect` with `close` by itself.
 */
export class AudioHookClient {
  readonly said: Said[] = [];
  readonly closed: Promise<number>;
  readonly numbers: ClientNumbers;
  positionMs = 0;
  private waiting: (() => void)[] = [];
  /** A server message that broke a rule. */
  private broken: unknown;

  private constructor(
    private readonly socket: WebSocket,
    readonly sessionId: string,
  ) {
    this.numbers = new ClientNumbers(sessionId, () => this.positionMs);
    socket.on('message', (data) => {
      try {
        const message = this.numbers.received((data as Buffer).toString());
        this.said.push(message);
        if (message.type === 'disconnect') this.send('close', { reason: 'disconnect' });
        if (message.type === 'closed') socket.close();
      } catch (error) {
        this.broken = error;
      }
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
  static async connect({ http }: RunningService, how: HookConnect = {}): Promise<AudioHookClient> {
    const { sessionId = randomUUID(), key = HOOK_KEY, secret = HOOK_SECRET, positionMs = 0, headers, ...rest } = how;
    const authority = new URL(http).host;
    const signed = signedHeaders({
      ...{ target: '/audiohook', authority, key, secret, sessionId, organizationId: ORGANIZATION },
      ...rest,
    });
    const all = Object.entries({ ...signed, ...headers }).filter(([, value]) => value !== undefined);
    const options: ClientOptions = { headers: Object.fromEntries(all) as Record<string, string> };
    const socket = new WebSocket(`${http.replace('http', 'ws')}/audiohook`, options);
    const client = new AudioHookClient(socket, sessionId);
    client.positionMs = positionMs;
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve).on('error', reject);
      socket.on('unexpected-response', (_request, { statusCode }) => reject(new Error(String(statusCode))));
    });
    return client;
  }

  send(type: string, parameters: object = {}, over: object = {}): void {
    this.socket.send(this.numbers.message({ type, parameters, ...over }));
  }

  text(text: string): void {
    this.socket.send(text);
  }

  /** The first half of a message that is never finished (RFC 6455, section 5.4). */
  half(text: string): void {
    this.socket.send(text, { fin: false });
  }

  /** @param bytesPerMs of all channels: 16 for two of PCMU. */
  audio(bytes: Uint8Array, bytesPerMs = 16): void {
    this.socket.send(bytes);
    this.positionMs += bytes.length / bytesPerMs;
  }

  /** Opens with these parameters over the usual ones; gives those of `opened`. */
  async open(over: object = {}): Promise<Record<string, unknown>> {
    this.send('open', openParameters(over));
    return (await this.next('opened')).parameters;
  }

  /** The first message of this type, come or still to come. */
  async next(type: string, at = 0): Promise<Said> {
    for (;;) {
      if (this.broken !== undefined) throw this.broken;
      const found = this.said.filter((message) => message.type === type)[at];
      if (found !== undefined) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed without ${type}: ${this.types.join()}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Closes as a client does at the end of a call, and gives the data of all transcripts. */
  async close(reason = 'end'): Promise<Transcript[]> {
    this.send('close', { reason });
    await this.next('closed');
    await this.closed;
    return this.transcripts;
  }

  get transcripts(): Transcript[] {
    const entities = this.said.flatMap(({ type, parameters }) =>
      type === 'event' ? (parameters.entities as { type: string; data: Transcript }[]) : [],
    );
    return entities.filter(({ type }) => type === 'transcript').map(({ data }) => data);
  }

  get types(): string[] {
    return this.said.map(({ type }) => type);
  }

  abort(): void {
    this.socket.terminate();
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}

export interface Transcript {
  readonly id: string;
  readonly channel: string;
  readonly isFinal: boolean;
  readonly offset: string;
  readonly duration: string;
  readonly alternatives: readonly {
    readonly confidence: number;
    readonly interpretations: readonly {
      readonly transcript: string;
      readonly tokens: readonly { readonly value: string; readonly offset: string; readonly duration: string }[];
    }[];
  }[];
}

/** `PT1.5S` in ms. */
export const msOf = (duration: string): number => Math.round(Number(duration.slice(2, -1)) * 1000);

/** Where a transcript lies, ms: from, to. */
export const spanOf = ({ offset, duration }: Transcript): [number, number] => [
  msOf(offset),
  msOf(offset) + msOf(duration),
];
