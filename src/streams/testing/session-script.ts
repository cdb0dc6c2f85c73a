import { RawText } from '../../redaction/redaction';
import type { MediaVerdict } from '../lane';
import type { MediaChunk, StreamSpec } from '../../facts/media-chunk';
import type { RestoredStreams } from '../resume/restored-streams';
import type { RingMemory } from '../ring-memory';
import { Deadlines } from '../deadlines';
import { SessionStreams } from '../session-streams';
import type {
  Hop,
  SettledFact,
  StreamFact,
  StreamUpdated,
  StreamsEnded,
  UtteranceClosed,
  UtteranceOpen,
} from '../../facts/stream-fact';
import { streamOptions, type StreamOptions } from '../stream-options';
import { EnergyPool } from './energy-pool';
import { ScriptedClock } from './scripted-clock';

export const VOICE: StreamSpec = {
  streamId: 1,
  name: 'customer-voice-1',
  kind: 'voice',
  party: 'customer',
  codec: 'pcm16le-16k',
};
export const AGENT: StreamSpec = { ...VOICE, streamId: 2, name: 'agent-voice-2', party: 'agent' };
export const VIDEO: StreamSpec = { ...VOICE, streamId: 3, name: 'customer-video-3', kind: 'video', codec: 'jpeg' };

export interface ScriptSettings {
  readonly streams?: readonly StreamSpec[];
  readonly pace?: number;
  readonly options?: Partial<StreamOptions>;
  /** Settle facts as they come; `utterance-open` may be held back by itself. */
  readonly settle?: boolean | ((fact: StreamFact) => boolean);
  readonly partials?: boolean;
  /** It goes on after another. */
  readonly restored?: RestoredStreams;
  /** Whose arrays a test may look into. */
  readonly rings?: RingMemory;
  /** So many sessions have begun before it. Default: none. */
  readonly begunBefore?: number;
}

/** A session whose clock, media and models are written down in the test. */
export class SessionScript {
  readonly clock = new ScriptedClock(5000);
  readonly pool = new EnergyPool();
  readonly facts: StreamFact[] = [];
  readonly credits: { streamId: number; limitBytes: number }[] = [];
  readonly streams: SessionStreams;
  completed = false;
  readonly #sent = new Map<number, { seq: number; bytes: number }>();

  constructor(settings: ScriptSettings = {}) {
    const {
      streams = [VOICE],
      pace = 1,
      options = {},
      settle = true,
      partials,
      restored,
      rings,
      begunBefore = 0,
    } = settings;
    const deadlines = new Deadlines(this.clock);
    for (let i = 0; i < begunBefore; i += 1) deadlines.nextPhase();
    const deps = { clock: this.clock, pool: this.pool, options: streamOptions(options), rings, deadlines };
    this.streams = new SessionStreams({ sessionId: 's-1', streams, pace, partials, restored }, deps);
    this.streams.facts$.subscribe({
      next: (fact) => {
        this.facts.push(fact);
        if (typeof settle === 'function' ? settle(fact) : settle) this.streams.settle(fact as SettledFact);
      },
      complete: () => (this.completed = true),
    });
    this.streams.credits$.subscribe((credit) => this.credits.push(credit));
  }

  /** One frame, right in order; the bytes are overwritten afterwards, as a socket would. */
  send(
    streamId: number,
    content: Int16Array | Uint8Array,
    ptsMs: number,
    more: Partial<MediaChunk> = {},
  ): MediaVerdict {
    const at = this.#sent.get(streamId) ?? { seq: 0, bytes: 0 };
    const bytes = Uint8Array.from(new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
    const chunk = {
      streamId,
      seq: at.seq,
      ptsMs,
      byteOffset: at.bytes,
      init: false,
      endOfStream: false,
      discontinuity: false,
      bytes,
    };
    this.#sent.set(streamId, { seq: at.seq + 1, bytes: at.bytes + bytes.length });
    const verdict = this.streams.media({ ...chunk, ...more });
    bytes.fill(0xaa);
    return verdict;
  }

  /** Sends in frames of `frameMs` as time goes by. */
  async live(streamId: number, pcm: Int16Array, ptsMs: number, frameMs = 20): Promise<void> {
    for (let at = 0; at < pcm.length; at += frameMs * 16) {
      this.clock.advance(frameMs);
      const verdict = this.send(streamId, pcm.subarray(at, at + frameMs * 16), ptsMs + at / 16);
      if (!verdict.ok) throw new Error(verdict.message);
      await this.jobs();
    }
  }

  chat(ptsMs?: number) {
    return this.streams.chat({ party: 'customer', text: new RawText('hello'), ptsMs })!;
  }

  /** Lets answered jobs through. */
  async jobs(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.jobs();
  }

  async end(): Promise<StreamsEnded> {
    this.streams.end();
    for (let i = 0; i < 2000 && !this.completed; i += 1) await this.jobs();
    const last = this.facts.at(-1);
    if (last?.kind !== 'ended') throw new Error('the session did not end');
    return last;
  }

  get hops(): Hop[] {
    return this.facts.filter((fact) => fact.kind === 'hop');
  }

  get utterances(): UtteranceClosed[] {
    return this.facts.filter((fact) => fact.kind === 'utterance');
  }

  get openUtterances(): UtteranceOpen[] {
    return this.facts.filter((fact) => fact.kind === 'utterance-open');
  }

  get gaps(): StreamUpdated[] {
    return this.facts.filter((fact) => fact.kind === 'updated');
  }
}

/** Loud, and no two neighbouring samples alike, so that a lost or doubled one shows. */
export function speech(durationMs: number, seed = 0): Int16Array {
  return Int16Array.from({ length: durationMs * 16 }, (_, i) => 4000 + ((i * 7 + seed * 13) % 3001));
}

export function silence(durationMs: number): Int16Array {
  return new Int16Array(durationMs * 16);
}

export function join(...parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The start of a JPEG of this size, which is all that streams look at; `fill` makes it longer. */
export function still(width = 640, height = 480, fill = 0): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const header = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, ...size, 1, 1, 0x11, 0];
  return Uint8Array.from([...header, ...new Array<number>(fill).fill(1)]);
}
