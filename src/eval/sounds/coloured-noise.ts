import { gaussian, rms } from '../signal/pcm';
import { random } from '../signal/random';

/** As many decibels less an octave as pink noise has, of mean square 1 (P. Kellet's filter of white noise, 1999). */
export function pinkNoise(count: number, seed: number): Float32Array {
  const next = random(seed);
  const [b, out] = [new Float64Array(7), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const white = gaussian(next);
    b[0] = 0.99886 * b[0]! + white * 0.0555179;
    b[1] = 0.99332 * b[1]! + white * 0.0750759;
    b[2] = 0.969 * b[2]! + white * 0.153852;
    b[3] = 0.8665 * b[3]! + white * 0.3104856;
    b[4] = 0.55 * b[4]! + white * 0.5329522;
    b[5] = -0.7616 * b[5]! - white * 0.016898;
    out[i] = b[0] + b[1] + b[2] + b[3] + b[4] + b[5] + b[6]! + white * 0.5362;
    b[6] = white * 0.115926;
  }
  return atLevel(out, 1);
}

/** The samples brought to this root of the mean square, in place. */
export function atLevel(samples: Float32Array, wanted: number): Float32Array {
  const own = rms(samples);
  if (own > 0) for (let i = 0; i < samples.length; i++) samples[i]! *= wanted / own;
  return samples;
}
