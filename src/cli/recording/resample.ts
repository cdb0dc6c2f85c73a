/** The only rate that the service takes. */
export const TARGET_RATE_HZ = 16_000;
/** Zero crossings of the sinc on each side; 16 leave less than a thousandth of what lies above the band. */
const HALF_ZEROS = 16;
/** Share of the lower rate's band that passes, so that the edge of the filter ends at the band's own. */
const PASS = 0.93;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * To 16 kHz by a windowed sinc (Hann), piece by piece: what is left over waits for the next piece. A filter for each
 * phase of the ratio is made once: 441 : 160 for 44.1 kHz.
 */
export class Resampler {
  private readonly step: number;
  private readonly phases: readonly Float32Array[];
  private readonly half: number;
  private held: Float32Array;
  /** Output samples made so far. */
  private made = 0;
  /** Input sample that `held` begins with. */
  private heldStart: number;

  constructor(private readonly inputRateHz: number) {
    const divisor = gcd(inputRateHz, TARGET_RATE_HZ);
    this.step = inputRateHz / divisor;
    const count = TARGET_RATE_HZ / divisor;
    const cutoff = PASS * Math.min(1, TARGET_RATE_HZ / inputRateHz);
    this.half = Math.ceil(HALF_ZEROS / cutoff);
    this.phases = Array.from({ length: count }, (_, phase) => sinc(phase / count, this.half, cutoff));
    this.held = new Float32Array(this.half);
    this.heldStart = -this.half;
  }

  /** Samples at 16 kHz that `input` completes. */
  push(input: Float32Array): Float32Array {
    if (this.inputRateHz === TARGET_RATE_HZ) return input;
    const all = new Float32Array(this.held.length + input.length);
    all.set(this.held);
    all.set(input, this.held.length);
    this.held = all;
    const output: number[] = [];
    for (;;) {
      const place = this.made * this.step;
      const whole = Math.floor(place / this.phases.length);
      const from = whole - this.half - this.heldStart;
      if (from + 2 * this.half + 1 > all.length) break;
      const taps = this.phases[place % this.phases.length]!;
      let sum = 0;
      for (let i = 0; i < taps.length; i += 1) sum += taps[i]! * all[from + i]!;
      output.push(sum);
      this.made += 1;
    }
    const next = Math.floor((this.made * this.step) / this.phases.length) - this.half;
    const done = Math.min(next - this.heldStart, all.length);
    this.held = all.slice(done);
    this.heldStart += done;
    return Float32Array.from(output);
  }

  /** The end: what the filter still holds, as if silence followed. */
  flush(): Float32Array {
    return this.inputRateHz === TARGET_RATE_HZ ? new Float32Array(0) : this.push(new Float32Array(this.half));
  }
}

/** [2 half + 1] taps for a point `fraction` of a sample behind the middle; they sum to 1. */
function sinc(fraction: number, half: number, cutoff: number): Float32Array {
  const taps = Float32Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = i - half - fraction;
    const hann = Math.abs(x) >= half ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * x) / half);
    return (x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x)) * hann;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** Little-endian PCM16 of samples in [-1, 1]; louder ones are clipped. */
export function pcm16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  const fields = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    fields.setInt16(2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
  });
  return bytes;
}
