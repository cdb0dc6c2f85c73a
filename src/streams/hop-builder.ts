import type { Hop, HopVoice, UnheardSpan } from '../facts/stream-fact';
import type { StillLane } from './still-lane';
import type { StreamSpec } from '../facts/media-chunk';
import { SAMPLES_PER_MS } from './stream-options';

export interface VoiceSource {
  readonly spec: StreamSpec;
  readonly lane: { voiceIn(startMs: number, endMs: number): HopVoice | undefined };
}

export interface HopCuts {
  unheard(startMs: number, endMs: number): readonly UnheardSpan[];
  /** Start of a hold that the moment before `endMs` lies in. */
  heldSince(endMs: number): number | undefined;
}

/** Nobody writes into the sound of a hop: all sessions share these. */
let zeros = new Int16Array(0);

/** Puts a hop together from every lane. Each voice stream is in each hop, silent ones with one shared array of zeros. */
export class HopBuilder {
  readonly #silence: Int16Array;

  constructor(
    private readonly hopMs: number,
    private readonly voices: readonly VoiceSource[],
    private readonly stills: readonly StillLane[],
    /** What is not taken of a stretch of media time. Default: nothing. */
    private readonly cuts: HopCuts = { unheard: () => [], heldSince: () => undefined },
  ) {
    if (zeros.length !== hopMs * SAMPLES_PER_MS) zeros = new Int16Array(hopMs * SAMPLES_PER_MS);
    this.#silence = zeros;
  }

  build(index: number, releasedAtMs: number): Hop {
    const hopStartMs = index * this.hopMs;
    const hopEndMs = hopStartMs + this.hopMs;
    const unheard = this.cuts.unheard(hopStartMs, hopEndMs);
    const heldSinceMs = this.cuts.heldSince(hopEndMs);
    return {
      kind: 'hop',
      hopStartMs,
      hopEndMs,
      voices: this.voices.map(({ spec, lane }) => lane.voiceIn(hopStartMs, hopEndMs) ?? this.#silent(spec)),
      stills: this.stills.flatMap((lane) => lane.stillsIn(hopStartMs, hopEndMs)),
      ...(unheard.length === 0 ? {} : { unheard }),
      ...(heldSinceMs === undefined ? {} : { heldSinceMs }),
      releasedAtMs,
    };
  }

  #silent(spec: StreamSpec): HopVoice {
    return { streamName: spec.name, party: spec.party, pcm: this.#silence, speech: [] };
  }
}
