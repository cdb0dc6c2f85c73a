import { g711Table } from '../../../src/streams/codecs/g711';

const TABLE = g711Table('mulaw');
/** The code of every 16th sample value, from -32768 on. */
const CODES = Uint8Array.from({ length: 4096 }, (_, i) => {
  const wanted = i * 16 - 32_768;
  let best = 0;
  TABLE.forEach((value, code) => {
    if (Math.abs(value - wanted) < Math.abs(TABLE[best]! - wanted)) best = code;
  });
  return best;
});

/** Samples at 16 kHz as mu-law at 8 kHz, every other one left out: for tones that lie far below 4 kHz. */
export function mulawOf(samples: Int16Array): Uint8Array {
  return Uint8Array.from({ length: samples.length / 2 }, (_, i) => CODES[(samples[2 * i]! + 32_768) >> 4]!);
}

/** The same as 16-bit samples. */
export const at8k = (samples: Int16Array): Int16Array =>
  Int16Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i]!);
