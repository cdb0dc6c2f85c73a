import fc from 'fast-check';
import { BLOCK_SAMPLES, Resampler, type ResampledRate } from './resampler';
import { amplitudeAt, sine } from './testing/signals';

const RATES: readonly ResampledRate[] = [8000, 24_000, 48_000];
const INPUT = 9000;
const AMPLITUDE = 30_000;
const dB = (ratio: number) => 20 * Math.log10(ratio);

/** The middle of the output, without the edges. */
function through(rateHz: ResampledRate, hz: number): Int16Array {
  const input = sine(hz, rateHz, rateHz / 2, AMPLITUDE);
  const resampler = new Resampler(rateHz);
  const out: number[] = [];
  for (let at = 0; at < input.length; at += BLOCK_SAMPLES)
    out.push(...resampler.push(input.subarray(at, at + BLOCK_SAMPLES)));
  return Int16Array.from(out.slice(1000, 7000));
}
const band = (fromHz: number, toHz: number, steps: number) =>
  Array.from({ length: steps + 1 }, (_, i) => fromHz + ((toHz - fromHz) * i) / steps);

describe.each(RATES)('Resampler from %i Hz', (rateHz) => {
  const lowHz = Math.min(rateHz, 16_000);

  it('passes 0 to 0.45 of the lower rate within 0.01 dB', () => {
    const gains = band(60, 0.45 * lowHz, 12).map((hz) => dB(amplitudeAt(hz, 16_000, through(rateHz, hz)) / AMPLITUDE));
    expect(Math.max(...gains.map(Math.abs))).toBeLessThan(0.01);
  });

  if (rateHz > 16_000) {
    it('keeps what is above 8 kHz below -80 dB wherever it folds to', () => {
      const levels = band(8001, rateHz / 2 - 50, 12).map((hz) => {
        const folded = Math.abs(hz - 16_000 * Math.round(hz / 16_000));
        return dB(amplitudeAt(folded, 16_000, through(rateHz, hz)) / AMPLITUDE);
      });
      expect(Math.max(...levels)).toBeLessThan(-80);
    });
  } else {
    it('keeps images above 4 kHz below -80 dB for every tone of the input', () => {
      const levels = band(60, 3999, 12).map((hz) => dB(amplitudeAt(8000 - hz, 16_000, through(8000, hz)) / AMPLITUDE));
      expect(Math.max(...levels)).toBeLessThan(-80);
    });
  }

  it('gives the same samples however the input is cut, and exactly as many as last as long', () => {
    const input = sine(997, rateHz, INPUT, 20_000).map((x, i) => x + ((i * 31) % 1000));
    const whole = run(rateHz, input, []);
    expect(whole.length).toBe(Math.ceil((input.length * 16_000) / rateHz));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: BLOCK_SAMPLES }), { maxLength: 30 }), (cuts) => {
        expect(run(rateHz, input, cuts)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('does not shift the sound', () => {
    const at = rateHz / 10;
    const click = new Int16Array(rateHz / 5);
    click[at] = 30_000;
    const out = run(rateHz, click, []);
    const peak = out.reduce((best, x, i) => (x > out[best]! ? i : best), 0);
    expect(peak).toBe(1600);
  });

  it('starts anew after a flush, and never gives more than came in', () => {
    const resampler = new Resampler(rateHz);
    const first = [...resampler.push(sine(500, rateHz, 999)), ...resampler.flush()];
    const again = [...resampler.push(sine(500, rateHz, 999)), ...resampler.flush()];
    expect(again).toEqual(first);
    expect(first.length).toBe(Math.ceil((999 * 16_000) / rateHz));
    expect([resampler.flush().length, resampler.heldMs]).toEqual([0, 0]);
  });

  it('holds the level of a constant and clips what would overflow', () => {
    const loud = new Int16Array(4000).fill(32_767);
    const out = run(rateHz, loud, []);
    expect([...out.subarray(500, out.length - 500)].every((x) => x === 32_767)).toBe(true);
    const square = Int16Array.from({ length: 4000 }, (_, i) => (i % 40 < 20 ? 32_767 : -32_768));
    expect(Math.max(...run(rateHz, square, []))).toBe(32_767);
  });
});

function run(rateHz: ResampledRate, input: Int16Array, cuts: readonly number[]): Int16Array {
  const resampler = new Resampler(rateHz);
  const out: Int16Array[] = [];
  let at = 0;
  for (const count of [...cuts, ...new Array<number>(Math.ceil(input.length / BLOCK_SAMPLES)).fill(BLOCK_SAMPLES)]) {
    out.push(resampler.push(input.subarray(at, at + count)).slice());
    at += count;
  }
  out.push(resampler.flush().slice());
  return Int16Array.from(out.flatMap((part) => [...part]));
}
