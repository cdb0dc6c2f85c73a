import { normaliseLevel, toFloats } from './level';

const options = { levelDb: -26, frameSamples: 400, activeRangeDb: 30, peakLimit: 0.99 };
const sine = (amplitude: number, length: number) =>
  Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * i) / 40));
const powerDb = (samples: Float32Array) =>
  10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe('normaliseLevel', () => {
  it.each([0.001, 0.05, 0.9])('brings speech of amplitude %p to -26 dB', (amplitude) => {
    expect(powerDb(normaliseLevel(sine(amplitude, 16_000), options))).toBeCloseTo(-26, 2);
  });

  it('does not count silence', () => {
    const half = new Float32Array(32_000);
    half.set(sine(0.05, 16_000));
    expect(powerDb(normaliseLevel(half, options).subarray(0, 16_000))).toBeCloseTo(-26, 2);
  });

  it('keeps peaks under the limit', () => {
    const clicks = new Float32Array(16_000);
    for (let i = 0; i < clicks.length; i += 400) clicks[i] = 0.5;
    expect(Math.max(...normaliseLevel(clicks, options))).toBeCloseTo(0.99, 5);
  });

  it('leaves silence and nothing alone', () => {
    expect(normaliseLevel(new Float32Array(1600), options)).toEqual(new Float32Array(1600));
    expect(normaliseLevel(new Float32Array(0), options)).toHaveLength(0);
  });
});

describe('toFloats', () => {
  it('maps the range of 16 bits to -1..1', () => {
    expect(toFloats(Int16Array.of(-32768, 0, 16384))).toEqual(Float32Array.of(-1, 0, 0.5));
  });
});
