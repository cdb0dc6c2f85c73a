import type { Hop, HopVoice, TimeSpan } from '../facts/stream-fact';
import type { StillLane } from './still-lane';
import type { StreamSpec } from '../facts/media-chunk';
import { SAMPLES_PER_MS } from './stream-options';

export interface VoiceSource {
  readonly spec: StreamSpec;
  readonly lane: { voiceIn(startMs: number, endMs: number): HopVoice | undefined };
}

/** Puts a hop together from every lane. Each voice stream is in each hop, silent ones with one shared array of zeros. */
export class HopBuilder {
  readonly #silence: Int16Array;

  constructor(
    private readonly hopMs: number,
    private readonly voices: readonly VoiceSource[],
    private readonly stills: readonly StillLane[],
    /** Paused parts of a stretch of media time. */
    private readonly unheard: (startMs: number, endMs: number) => readonly TimeSpan[] = () => [],
  ) {
    this.#silence = new Int16Array(hopMs * SAMPLES_PER_MS);
  }

  build(index: number, releasedAtMs: number): Hop {
    const hopStartMs = index * this.hopMs;
    const hopEndMs = hopStartMs + this.hopMs;
    const unheard = this.unheard(hopStartMs, hopEndMs);
    return {
      kind: 'hop',
      hopStartMs,
      hopEndMs,
      voices: this.voices.map(({ spec, lane }) => lane.voiceIn(hopStartMs, hopEndMs) ?? this.#silent(spec)),
      stills: this.stills.flatMap((lane) => lane.stillsIn(hopStartMs, hopEndMs)),
      ...(unheard.length === 0 ? {} : { unheard }),
      releasedAtMs,
    };
  }

  #silent(spec: StreamSpec): HopVoice {
    return { streamName: spec.name, party: spec.party, pcm: this.#silence, speech: [] };
  }
}
