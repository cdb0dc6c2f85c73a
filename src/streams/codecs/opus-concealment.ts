import type { OpusRuntime } from './opus-runtime';

/** Sound made up for a run of lost packets, ms: the longest packet. Behind it silence: libopus goes on for seconds. */
export const MAX_CONCEALED_MS = 120;
const OUTPUT_PER_MS = 16;

/** Fills the place of damaged packets with what libopus makes up for them, for a bounded time. */
export class OpusConcealment {
  #leftSamples = 0;

  /** A good packet was decoded: there is something to go on from. */
  heard(): void {
    this.#leftSamples = MAX_CONCEALED_MS * OUTPUT_PER_MS;
  }

  /** What was heard has nothing to do with what follows. */
  forget(): void {
    this.#leftSamples = 0;
  }

  /** `samples` of 16 kHz, one array a channel; undefined where there is nothing to go on from: that is silence. */
  fill(runtime: OpusRuntime, samples: number, channels: number): Float32Array[] | undefined {
    const wanted = Math.min(samples, this.#leftSamples);
    if (wanted === 0) return undefined;
    const filled = Array.from({ length: channels }, () => new Float32Array(samples));
    for (let at = 0; at < wanted;) {
      const frame = runtime.conceal();
      const count = Math.min(wanted - at, frame?.[0]?.length ?? 0);
      if (frame === undefined || count === 0) break;
      filled.forEach((channel, i) => channel.set(frame[i]!.subarray(0, count), at));
      at += count;
    }
    this.#leftSamples -= wanted;
    return filled;
  }
}
