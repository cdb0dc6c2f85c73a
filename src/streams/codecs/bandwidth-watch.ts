import { lowPass } from './kaiser';
import { OUTPUT_RATE_HZ } from './resampler';

/** Samples looked at in each quarter second of sound. */
const PROBE_SAMPLES = 512;
const PROBE_EVERY_SAMPLES = 4000;
/** Loud probes to look at before anything is said: 2.5 s of voice, and more where it pauses. */
const PROBES = 10;
/** Quieter probes say nothing: rounding to 16 bits is not far below them. RMS of the sample, full scale 32768. */
const MIN_RMS = 300;
/** A telephone line ends at 4 kHz. Speech has more above it than this share of its energy (-55 dB). */
const MAX_SHARE_ABOVE = 10 ** (-55 / 10);
export const NARROW_BAND_HZ = 4000;

/**
 * Tells sound that was sampled at 8 kHz and only sent at a higher rate: nothing is above 4 kHz in any of ten probes.
 * Works at 16 kHz, on one part in eight of the sound.
 */
export class BandwidthWatch {
  readonly #below = lowPass({ sampleRateHz: OUTPUT_RATE_HZ, passHz: 4000, stopHz: 4400, stopDb: 80 });
  readonly #probe = new Int16Array(PROBE_SAMPLES + this.#below.length - 1);
  #filled = 0;
  #skip = 0;
  #probes = 0;
  #done = false;

  /** True once, when it is sure. */
  hears(pcm: Int16Array): boolean {
    if (this.#done) return false;
    let at = 0;
    while (at < pcm.length && !this.#done) {
      const skipped = Math.min(this.#skip, pcm.length - at);
      this.#skip -= skipped;
      at += skipped;
      const taken = pcm.subarray(at, at + this.#probe.length - this.#filled);
      if (this.#skip > 0 || taken.length === 0) break;
      this.#probe.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === this.#probe.length && this.#judge()) return true;
    }
    return false;
  }

  /** Begins its probe anew: of what came nothing stays in memory. */
  erase(): void {
    this.#probe.fill(0);
    this.#filled = 0;
  }

  #judge(): boolean {
    this.#filled = 0;
    this.#skip = PROBE_EVERY_SAMPLES - this.#probe.length;
    const { all, above } = this.#energies();
    if (all < MIN_RMS ** 2 * PROBE_SAMPLES) return false;
    this.#probes += 1;
    const narrow = above < MAX_SHARE_ABOVE * all;
    this.#done = !narrow || this.#probes === PROBES;
    return narrow && this.#done;
  }

  #energies(): { all: number; above: number } {
    const middle = (this.#below.length - 1) / 2;
    let all = 0;
    let above = 0;
    for (let n = 0; n < PROBE_SAMPLES; n += 1) {
      const sample = this.#probe[n + middle]!;
      let below = 0;
      for (let k = 0; k < this.#below.length; k += 1) below += this.#below[k]! * this.#probe[n + k]!;
      all += sample ** 2;
      above += (sample - below) ** 2;
    }
    return { all, above };
  }
}
