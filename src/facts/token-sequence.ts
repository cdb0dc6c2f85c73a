import type { Modality } from '@rapport-live/protocol';

/** What an encoder says of a stretch of media: `count` tokens of `width` numbers, each with its time. */
export interface TokenSequence {
  readonly modality: Modality;
  /** [count, width], row-major. */
  readonly tokens: Float32Array;
  readonly width: number;
  /** Centre of each token in ms since `session.start`, ascending; its length is the count. */
  readonly timesMs: Float64Array;
}
