import type { Hop, StreamFact, StreamUpdated, StreamsEnded, UtteranceClosed } from '../../src/facts/stream-fact';
import type { StreamSpec } from '../../src/facts/media-chunk';
import { systemClock } from '../../src/streams/session-clock';
import { SessionStreams, type MediaVerdict } from '../../src/streams/session-streams';
import { streamOptions, type StreamOptions } from '../../src/streams/stream-options';
import { EnergyPool } from '../../src/streams/testing/energy-pool';
import { VIDEO } from '../../src/streams/testing/session-script';
import type { VideoDecoders } from '../../src/streams/video/video-decoder';
import type { Slice } from './film';

export const FILM: StreamSpec = { ...VIDEO, codec: 'webm-video' };

/** The streams stage with real decoders and the real clock: those take their own time. */
export class FilmSession {
  readonly facts: StreamFact[] = [];
  readonly verdicts: MediaVerdict[] = [];
  readonly streams: SessionStreams;
  readonly #ended: Promise<void>;
  readonly #sent = new Map<number, { seq: number; bytes: number; limit: number; room: () => void }>();

  constructor(
    video: VideoDecoders,
    private readonly pace: number,
    options: Partial<StreamOptions> = {},
    specs: readonly StreamSpec[] = [FILM],
  ) {
    this.streams = new SessionStreams(
      { sessionId: 's-1', streams: specs, pace },
      { clock: systemClock, pool: new EnergyPool(), options: streamOptions(options), video },
    );
    for (const { streamId, limitBytes } of this.streams.initialCredits()) {
      this.#sent.set(streamId, { seq: 0, bytes: 0, limit: limitBytes, room: () => {} });
    }
    this.streams.credits$.subscribe(({ streamId, limitBytes }) => {
      const stream = this.#sent.get(streamId)!;
      stream.limit = limitBytes;
      stream.room();
    });
    this.#ended = new Promise((resolve) =>
      this.streams.facts$.subscribe({
        next: (fact) => {
          this.facts.push(fact);
          this.streams.settle(fact);
        },
        complete: resolve,
      }),
    );
  }

  /** Sends slices as time goes by; `each` is called before each. */
  async play(
    slices: readonly Slice[],
    each: (slice: Slice, i: number) => void = () => {},
    streamId = 3,
  ): Promise<void> {
    const startMs = performance.now() - slices[0]!.ptsMs / this.pace;
    for (const [i, slice] of slices.entries()) {
      await sleep(startMs + slice.ptsMs / this.pace - performance.now());
      each(slice, i);
      this.verdicts.push(await this.send(slice, streamId));
    }
  }

  async send({ ptsMs, bytes }: Slice, streamId = 3): Promise<MediaVerdict> {
    const at = this.#sent.get(streamId)!;
    while (at.bytes + bytes.length > at.limit) await new Promise<void>((resolve) => (at.room = resolve));
    const chunk = { streamId, seq: at.seq, ptsMs, byteOffset: at.bytes, bytes: bytes.slice() };
    at.seq += 1;
    at.bytes += bytes.length;
    return this.streams.media({ ...chunk, endOfStream: false, init: false, discontinuity: false });
  }

  async end(): Promise<StreamsEnded> {
    this.streams.end();
    await this.#ended;
    return this.facts.at(-1) as StreamsEnded;
  }

  get hops(): Hop[] {
    return this.facts.filter((fact) => fact.kind === 'hop');
  }

  get stills(): { readonly ptsMs: number; readonly still: Uint8Array }[] {
    return this.hops.flatMap((hop) => hop.stills);
  }

  get utterances(): UtteranceClosed[] {
    return this.facts.filter((fact) => fact.kind === 'utterance');
  }

  get gaps(): StreamUpdated[] {
    return this.facts.filter((fact) => fact.kind === 'updated');
  }

  /** Media ms of the first loud sample. */
  get onsetMs(): number {
    for (const { hopStartMs, voices } of this.hops) {
      const at = voices[0]!.pcm.findIndex((sample) => Math.abs(sample) > 2000);
      if (at >= 0) return hopStartMs + at / 16;
    }
    return NaN;
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
