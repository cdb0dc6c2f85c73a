/**
 * Low-pass FIR by the Kaiser window: J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window
 * function", ISCAS 1974; formulas as in Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6.
 */
export interface LowPassSpec {
  readonly sampleRateHz: number;
  readonly passHz: number;
  readonly stopHz: number;
  /** Attenuation of the stop band, dB (over 50). */
  readonly stopDb: number;
}

/** Linear-phase taps, odd in number, of gain 1 at 0 Hz. */
export function lowPass({ sampleRateHz, passHz, stopHz, stopDb }: LowPassSpec): Float64Array {
  const width = (2 * Math.PI * (stopHz - passHz)) / sampleRateHz;
  const order = 2 * Math.ceil((stopDb - 7.95) / (2.285 * width) / 2);
  const beta = 0.1102 * (stopDb - 8.7);
  const cutoff = (passHz + stopHz) / sampleRateHz; // of the Nyquist frequency
  const middle = order / 2;
  const taps = Float64Array.from({ length: order + 1 }, (_, i) => {
    const x = i - middle;
    const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
    return sinc * besselI0(beta * Math.sqrt(Math.max(0, 1 - (x / middle) ** 2)));
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
