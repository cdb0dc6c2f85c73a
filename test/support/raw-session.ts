import {
  type Credit,
  encodeFrame,
  FrameFlag,
  type Result,
  type ServerMessage,
  type SessionReady,
  type SessionResumed,
  type TypedEvent,
} from '@rapport-live/protocol';
import { RawClient } from './raw-client';
import { bytesOf } from './sound';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;
export const isType =
  <T extends ServerMessage['type']>(type: T) =>
  (message: ServerMessage): message is Of<T> =>
    message.type === type;

interface Sent {
  readonly header: Parameters<typeof encodeFrame>[0];
  readonly payload: Uint8Array;
}

const FRAME_MS = 100;
const BYTES_PER_MS = 32;

/** One session over several connections, told frame by frame: what an honest client does, and nothing by itself. */
export class RawSession {
  readonly frames = new Map<number, Sent[]>();
  /** Of every connection so far, in order of arrival. */
  readonly results: Result[] = [];
  token: string;
  private readBefore = 0;

  private constructor(
    private readonly door: { readonly url: string; readonly key: string },
    public client: RawClient,
    readonly ready: SessionReady,
  ) {
    this.token = ready.resumeToken!;
  }

  static async start(
    door: { readonly url: string; readonly key: string },
    streams: readonly object[],
    fields: object = {},
  ): Promise<RawSession> {
    const client = await RawClient.open(door.url, door.key);
    client.json({ type: 'session.start', streams, session: { channel: 'voice', language: 'en' }, ...fields });
    return new RawSession(door, client, await client.until(isType('session.ready')));
  }

  get sessionId(): string {
    return this.ready.sessionId;
  }

  /** Frames of 100 ms from `ptsMs` on. */
  voice(samples: Int16Array, ptsMs: number, streamId = 1, flags = 0): void {
    const bytes = bytesOf(samples);
    for (let at = 0; at < bytes.length; at += FRAME_MS * BYTES_PER_MS) {
      this.send(
        streamId,
        bytes.subarray(at, at + FRAME_MS * BYTES_PER_MS),
        ptsMs + at / BYTES_PER_MS,
        at === 0 ? flags : 0,
      );
    }
  }

  send(streamId: number, payload: Uint8Array, ptsMs: number, flags = 0): void {
    this.client.bytes(encodeFrame(...this.make(streamId, payload, ptsMs, flags)));
  }

  /** A frame that is not sent: it got lost with the connection. */
  make(streamId: number, payload: Uint8Array, ptsMs: number, flags = 0): [Sent['header'], Uint8Array] {
    const sent = this.frames.get(streamId) ?? [];
    const last = sent.at(-1);
    const byteOffset = last === undefined ? 0 : last.header.byteOffset + last.payload.length;
    const header = { flags, streamId, seq: sent.length, ptsUs: Math.round(ptsMs * 1000), byteOffset };
    this.frames.set(streamId, [...sent, { header, payload }]);
    return [header, payload];
  }

  /** The connection breaks, without a word; what had come is kept. */
  async cut(): Promise<void> {
    this.client.abort();
    await this.client.closed;
    this.gather();
  }

  /** `afterSeq`: default, the last result that came. */
  async resume(fields: object = {}, door = this.door): Promise<SessionResumed> {
    this.gather();
    this.client = await RawClient.open(door.url, door.key);
    this.readBefore = 0;
    const ackedResultSeq = this.results.at(-1)?.seq ?? 0;
    const { sessionId, token: resumeToken } = this;
    this.client.json({ type: 'session.resume', sessionId, resumeToken, ackedResultSeq, ...fields });
    const resumed = await this.client.until(isType('session.resumed'));
    this.token = resumed.resumeToken;
    return resumed;
  }

  /** Sends what the server has not, each frame as it was, flagged as sent again; the init segment first where it is wanted. */
  sendFrom(resumed: Pick<SessionResumed, 'streams'>): void {
    for (const { streamId, nextSeq, nextByteOffset, sendInit } of resumed.streams) {
      const sent = this.frames.get(streamId) ?? [];
      const again = sent.slice(nextSeq);
      const init = sent
        .slice(0, nextSeq)
        .filter(({ header }) => (header.flags & FrameFlag.init) !== 0)
        .at(-1);
      if (sendInit) this.again(init!);
      if (again.length > 0 && again[0]!.header.byteOffset !== nextByteOffset) {
        throw new Error(`frame ${nextSeq} begins at ${again[0]!.header.byteOffset}, not ${nextByteOffset}`);
      }
      for (const frame of again) this.again(frame);
    }
  }

  private again({ header, payload }: Sent): void {
    this.client.bytes(encodeFrame({ ...header, flags: header.flags | FrameFlag.retransmit }, payload));
  }

  /** The first result of this connection that fits. */
  async result(fits: (event: TypedEvent) => boolean): Promise<Result> {
    return this.client.until((m): m is Result => m.type === 'result' && fits(m.event as TypedEvent));
  }

  window(windowEndMs: number): Promise<Result> {
    return this.result((event) => event.type === 'rapport.window.assessed' && event.data.windowEndMs === windowEndMs);
  }

  credit(limitBytes: number): Promise<Credit> {
    return this.client.until((m): m is Credit => m.type === 'credit' && m.limitBytes >= limitBytes);
  }

  /** Ends the session and gives all its results. */
  async end(): Promise<readonly Result[]> {
    this.client.json({ type: 'session.end' });
    await this.client.closed;
    return this.gather();
  }

  /** Takes up what the connection has brought. */
  gather(): readonly Result[] {
    const { received } = this.client;
    for (; this.readBefore < received.length; this.readBefore += 1) {
      const message = received[this.readBefore]!;
      if (message.type === 'result') this.results.push(message);
    }
    return this.results;
  }

  events<T extends TypedEvent['type']>(type: T): Extract<TypedEvent, { type: T }>[] {
    return this.gather()
      .map(({ event }) => event as TypedEvent)
      .filter((event): event is Extract<TypedEvent, { type: T }> => event.type === type);
  }
}

/** What holds of the results of a session over all its connections: nothing lost, nothing doubled, the end last. */
export function expectGapless(results: readonly Result[]): void {
  expect(results.map(({ seq }) => seq)).toEqual(results.map((_, i) => i + 1));
  expect(new Set(results.map(({ event }) => event.id)).size).toBe(results.length);
  expect(results.at(-1)!.event.type).toBe('rapport.session.ended');
}

/** Which windows and transcripts there are, and what was said: the same however often the connection broke. */
export function essence(results: readonly Result[]): string[] {
  return results
    .map(({ event }) => event as TypedEvent)
    .flatMap((event) => {
      if (event.type === 'rapport.window.assessed') return [`window ${event.data.windowEndMs}`];
      if (event.type !== 'rapport.transcript.final') return [];
      const { utteranceId, endMs, text } = event.data;
      return [`final ${utteranceId} ${endMs} ${text}`];
    })
    .sort();
}
