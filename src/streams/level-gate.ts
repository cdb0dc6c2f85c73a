import { FRAME_SAMPLES, SAMPLES_PER_MS, type StreamOptions } from './stream-options';

/**
 * Silence costs no inference: after `quietAfterMs` of frames below `quietDbfs` the model is left out until a louder
 * one comes. It looks at the signal alone, never at what the model said, so that its answer is the same however
 * frames are batched. A stream starts quiet.
 */
export class LevelGate {
  /** Energy of a whole frame at the limit; full scale is a sine of 32768, so 0 dBFS is an RMS of 32768 / sqrt 2. */
  readonly #limitPerSample: number;
  readonly #quietFrames: number;
  #quiet: number;

  constructor(options: Pick<StreamOptions, 'quietDbfs' | 'quietAfterMs'>) {
    this.#limitPerSample = 10 ** (options.quietDbfs / 10) * (32768 ** 2 / 2);
    this.#quietFrames = Math.ceil((options.quietAfterMs * SAMPLES_PER_MS) / FRAME_SAMPLES);
    this.#quiet = this.#quietFrames;
  }

  /** True when the frame with this sum of squared samples needs no model. Call once for each frame, in order. */
  skips(energy: number, samples: number): boolean {
    if (energy >= this.#limitPerSample * samples) {
      this.#quiet = 0;
      return false;
    }
    this.#quiet += 1;
    return this.#quiet > this.#quietFrames;
  }

  reset(): void {
    this.#quiet = this.#quietFrames;
  }
}
