import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type RunningService } from '../service';
import { TalkingSocket } from '../talking-socket';
import { opened } from '../test-socket';
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
export class AudioHookClient extends TalkingSocket<Said> {
  readonly numbers: ClientNumbers;
  positionMs = 0;

  private constructor(
    socket: WebSocket,
    readonly sessionId: string,
  ) {
    super(socket);
    this.numbers = new ClientNumbers(sessionId, () => this.positionMs);
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
    const options = { headers: Object.fromEntries(all) as Record<string, string> };
    const url = `${http.replace('http', 'ws')}/audiohook`;
    const client = await opened(url, options, (socket) => new AudioHookClient(socket, sessionId));
    client.positionMs = positionMs;
    return client;
  }

  send(type: string, parameters: object = {}, over: object = {}): void {
    this.socket.send(this.numbers.message({ type, parameters, ...over }));
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

  protected read(text: string): Said {
    return this.numbers.received(text);
  }

  protected override answer({ type }: Said): void {
    if (type === 'disconnect') this.send('close', { reason: 'disconnect' });
    if (type === 'closed') this.socket.close();
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
    readonly languages?: readonly string[];
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
