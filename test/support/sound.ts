/** Samples a millisecond of `pcm16le-16k`. */
export const SAMPLES_PER_MS = 16;
const RATE_HZ = 16_000;
const BYTES_PER_MS = 2 * SAMPLES_PER_MS;
const HARMONICS = [1, 2, 3, 5];

/**
 * Speech-like sound: a harmonic tone with syllables of 200 ms, [ms * 16] samples. No speech model is fooled; ScriptedPool is.
 * @param pitchHz whole, so that each second is as the first.
 */
export function tone(ms: number, pitchHz = 140): Int16Array {
  const samples = new Int16Array(ms * SAMPLES_PER_MS);
  for (let i = 0; i < Math.min(samples.length, RATE_HZ); i += 1) {
    const syllable = 0.6 + 0.4 * Math.sin((2 * Math.PI * i) / (0.2 * RATE_HZ));
    let voice = 0;
    for (const n of HARMONICS) voice += Math.sin((2 * Math.PI * n * pitchHz * i) / RATE_HZ) / n;
    samples[i] = Math.round(6000 * syllable * voice);
  }
  for (let i = RATE_HZ; i < samples.length; i += RATE_HZ) samples.copyWithin(i, 0, RATE_HZ);
  return samples;
}

export function silence(ms: number): Int16Array {
  return new Int16Array(ms * SAMPLES_PER_MS);
}

/** As loud as can be told from silence at a glance: what tests with scripted encoders take for speech. */
export function square(ms: number): Int16Array {
  return Int16Array.from({ length: ms * SAMPLES_PER_MS }, (_, i) => (i % 2 === 0 ? 5000 : -4000));
}

export { join as joined } from '../../src/streams/testing/session-script';

/** Little-endian bytes, as `pcm16le` wants them. */
export function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => view.setInt16(2 * i, sample, true));
  return bytes;
}

/**
 * Swaps blocks of 1 s by a fixed permutation within each stretch of `stretchS`, so that speech stays about where it
 * was; what is over at the end stays.
 */
export function shuffledSeconds(pcm: Uint8Array, seed: number, stretchS: number): Uint8Array {
  const blockBytes = 1000 * BYTES_PER_MS;
  const shuffled = pcm.slice();
  let state = seed;
  for (let from = 0; from + stretchS * blockBytes <= pcm.byteLength; from += stretchS * blockBytes) {
    const order = Array.from({ length: stretchS }, (_, i) => i);
    for (let i = stretchS - 1; i > 0; i -= 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff; // the generator of ISO C's example of rand
      const j = (state >> 8) % (i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    order.forEach((block, to) => {
      const at = from + block * blockBytes;
      shuffled.set(pcm.subarray(at, at + blockBytes), from + to * blockBytes);
    });
  }
  return shuffled;
}
