import { pcm16, Resampler } from './resample';

const sine = (hz: number, rateHz: number, seconds: number): Float32Array =>
  Float32Array.from({ length: rateHz * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rateHz));

function resampled(input: Float32Array, rateHz: number, pieces: number): Float32Array {
  const resampler = new Resampler(rateHz);
  const size = Math.ceil(input.length / pieces);
  const parts = Array.from({ length: pieces }, (_, i) => resampler.push(input.subarray(i * size, (i + 1) * size)));
  return Float32Array.from([...parts, resampler.flush()].flatMap((part) => [...part]));
}

/** Root mean square of the middle, where no edge is felt. */
const level = (samples: Float32Array): number => {
  const middle = samples.subarray(samples.length / 4, (3 * samples.length) / 4);
  return Math.sqrt(middle.reduce((sum, s) => sum + s * s, 0) / middle.length);
};

describe('Resampler', () => {
  it.each([8000, 11_025, 22_050, 44_100, 48_000])('keeps a tone from %d Hz in its place', (rateHz) => {
    const output = resampled(sine(1000, rateHz, 1), rateHz, 1);
    expect(Math.abs(output.length - 16_000)).toBeLessThanOrEqual(1);
    const wanted = sine(1000, 16_000, 1);
    const worst = Math.max(...[...output].slice(1000, 15_000).map((s, i) => Math.abs(s - wanted[i + 1000]!)));
    expect(worst).toBeLessThan(0.003);
  });

  it('leaves 16 kHz as it is', () => {
    const input = sine(300, 16_000, 0.1);
    expect(resampled(input, 16_000, 1)).toEqual(input);
  });

  it('gives the same in any pieces', () => {
    const input = sine(700, 44_100, 0.2);
    expect(resampled(input, 44_100, 13)).toEqual(resampled(input, 44_100, 1));
  });

  it('lets nothing of what lies above the band through', () => {
    expect(level(resampled(sine(12_000, 48_000, 1), 48_000, 1))).toBeLessThan(0.001);
  });
});

describe('pcm16', () => {
  it('is little-endian and clips', () => {
    expect([...pcm16(Float32Array.from([0, 0.5, 2, -2]))]).toEqual([0, 0, 0, 0x40, 0xff, 0x7f, 0, 0x80]);
  });
});
