import { rms } from '../signal/pcm';
import { pinkNoise } from './coloured-noise';
import { holdMusic } from './hold-music';
import { noise, silence } from './no-speech';

const NO_FOLDER = 'no such folder';
const SECONDS = 4;

it('makes silence, noise and hold music of the length and about the level they are asked for, each time the same', async () => {
  const [still, loud, music] = [silence(SECONDS), await noise(SECONDS, NO_FOLDER), await holdMusic(SECONDS)];
  for (const sound of [still, loud, music]) expect(Math.abs(sound.length / 16_000 - SECONDS)).toBeLessThan(0.1);
  expect(new Set(still.subarray(0, 30_000))).toEqual(new Set([0]));
  expect(rms(still.subarray(still.length / 2))).toBeGreaterThan(0);
  expect(20 * Math.log10(rms(still) / 0x8000)).toBeLessThan(-55);
  expect(20 * Math.log10(rms(loud) / 0x8000)).toBeCloseTo(-29, -1);
  expect(20 * Math.log10(rms(music) / 0x8000)).toBeCloseTo(-22, -1);
  expect(same(await noise(SECONDS, NO_FOLDER), loud)).toBe(true);
  expect(same(await holdMusic(SECONDS), music)).toBe(true);
});

it('makes pink noise that falls by 3 dB an octave', () => {
  const pink = pinkNoise(2 ** 17, 3);
  expect(rms(pink)).toBeCloseTo(1, 5);
  /** Mean power of what is left between two running means, about an octave of it. */
  const octave = (samples: number): number => {
    const [short, long] = [smoothed(pink, samples), smoothed(pink, 2 * samples)];
    return rms(short.map((value, i) => value - long[i]!)) ** 2;
  };
  // equal power in each octave: white noise would have twice as much in the higher one
  expect(10 * Math.log10(octave(4) / octave(32))).toBeCloseTo(0, -1);
});

/** Jest compares arrays number by number, in half a minute. */
const same = (a: Int16Array, b: Int16Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

function smoothed(values: Float32Array, length: number): Float32Array {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (values[i - length] ?? 0);
    return sum / length;
  });
}
