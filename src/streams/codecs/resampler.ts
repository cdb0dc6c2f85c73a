import { lowPass } from './kaiser';

const { floor, max, min, round } = Math;

/** Rates that are brought to 16 kHz, each with the steps up and down between. */
const RATIOS = { 8000: { up: 2, down: 1 }, 24000: { up: 2, down: 3 }, 48000: { up: 1, down: 3 } } as const;
export type ResampledRate = keyof typeof RATIOS;

export const OUTPUT_RATE_HZ = 16_000;
/** Input samples of one call, at most; the buffers are made for it once. */
export const BLOCK_SAMPLES = 4096;
/** The pass band ends at this share of the lower of both rates; the stop band begins at its half, so that nothing folds. */
export const PASS_SHARE = 0.45;
/** Sums that run side by side: one alone waits for its own last addition at every tap. */
const LANES = 4;
/** Attenuation of aliases and images, dB. */
const STOP_DB = 90;

/**
 * One channel from 8, 24 or 48 kHz to 16 kHz by a polyphase FIR. Output n is the input at the time n / 16000 s: the
 * delay of the filter is compensated, so the last few ms stay inside until more input, or `flush`, comes.
 * Any cutting into calls gives the same samples, bit by bit.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** Taps of each phase, last first, so that they run along with the history. */
  readonly #phases: readonly Float64Array[];
  readonly #taps: number;
  /** Delay of the filter, samples at the upper rate. */
  readonly #delay: number;
  readonly #history: Float64Array;
  readonly #out: Int16Array;
  /** Samples in the history. */
  #filled = 0;
  /** Index in the history of the newest sample that the next output needs, and the phase of the filter. */
  #next = 0;
  #phase = 0;
  /** Since the last reset. */
  #inputs = 0;
  #outputs = 0;

  constructor(inputRateHz: ResampledRate) {
    const { up, down } = RATIOS[inputRateHz];
    this.#up = up;
    this.#down = down;
    const lowHz = Math.min(inputRateHz, OUTPUT_RATE_HZ);
    const filter = lowPass({
      sampleRateHz: inputRateHz * up,
      passHz: PASS_SHARE * lowHz,
      stopHz: lowHz / 2,
      stopDb: STOP_DB,
    });
    this.#taps = LANES * Math.ceil(filter.length / up / LANES);
    this.#delay = (filter.length - 1) / 2;
    this.#phases = Array.from({ length: up }, (_, phase) => phaseOf(filter, phase, up, this.#taps));
    this.#history = new Float64Array(this.#taps - 1 + BLOCK_SAMPLES);
    this.#out = new Int16Array(Math.ceil((BLOCK_SAMPLES * up) / down) + 1);
    this.reset();
  }

  /** Time of the input that has no output yet, ms. */
  get heldMs(): number {
    return ((this.#inputs * this.#up) / this.#down - this.#outputs) / (OUTPUT_RATE_HZ / 1000);
  }

  /** At most `BLOCK_SAMPLES` in; what comes out is valid until the next call. */
  push(input: Int16Array): Int16Array {
    if (input.length > BLOCK_SAMPLES) throw new RangeError(`${input.length} samples are over ${BLOCK_SAMPLES}`);
    this.#inputs += input.length;
    return this.#out.subarray(0, this.#run(input, input.length, Infinity));
  }

  /** The outputs for all that came in, and a fresh start. */
  flush(): Int16Array {
    const due = Math.ceil((this.#inputs * this.#up) / this.#down) - this.#outputs;
    const count = due > 0 ? this.#run(undefined, this.#taps, due) : 0;
    this.reset();
    return this.#out.subarray(0, count);
  }

  reset(): void {
    this.#filled = this.#taps - 1;
    this.#history.fill(0, 0, this.#filled);
    this.#next = this.#filled + Math.floor(this.#delay / this.#up);
    this.#phase = this.#delay % this.#up;
    this.#inputs = 0;
    this.#outputs = 0;
  }

  /** As `reset`, and of what came nothing stays in memory. */
  erase(): void {
    this.#history.fill(0);
    this.#out.fill(0);
    this.reset();
  }

  /** @param input undefined: zeros */
  #run(input: Int16Array | undefined, length: number, most: number): number {
    const history = this.#history;
    if (input === undefined) history.fill(0, this.#filled, this.#filled + length);
    else history.set(input, this.#filled);
    this.#filled += length;
    let count = 0;
    while (this.#next < this.#filled && count < most) {
      this.#out[count] = this.#filter();
      count += 1;
      this.#phase += this.#down;
      this.#next += floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    this.#outputs += count;
    const gone = this.#filled - (this.#taps - 1);
    history.copyWithin(0, gone, this.#filled);
    this.#filled -= gone;
    this.#next -= gone;
    return count;
  }

  #filter(): number {
    const taps = this.#phases[this.#phase]!;
    const history = this.#history;
    const first = this.#next - this.#taps + 1;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < taps.length; i += LANES) {
      const at = first + i;
      a += taps[i]! * history[at]!;
      b += taps[i + 1]! * history[at + 1]!;
      c += taps[i + 2]! * history[at + 2]!;
      d += taps[i + 3]! * history[at + 3]!;
    }
    return max(-32768, min(32767, round(a + b + (c + d))));
  }
}

/** Each phase has gain 1 of its own: a constant stays constant. */
function phaseOf(filter: Float64Array, phase: number, up: number, taps: number): Float64Array {
  const reversed = Float64Array.from({ length: taps }, (_, i) => filter[phase + (taps - 1 - i) * up] ?? 0);
  const sum = reversed.reduce((a, b) => a + b, 0);
  return reversed.map((tap) => tap / sum);
}
