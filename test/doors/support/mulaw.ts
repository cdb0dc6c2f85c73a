import { g711Table } from '../../../src/streams/codecs/g711';

const LEVELS = Array.from(g711Table('mulaw'), (value, code) => ({ value, code })).sort((a, b) => a.value - b.value);
/** The code of every 16th sample value, from -32768 on: the nearest. */
const CODES = Uint8Array.from({ length: 4096 });
for (let i = 0, level = 0; i < CODES.length; i += 1) {
  const away = (at: number): number => Math.abs((LEVELS[at]?.value ?? Infinity) - (i * 16 - 32_768));
  while (away(level + 1) <= away(level)) level += 1;
  CODES[i] = LEVELS[level]!.code;
}

/** Samples at 16 kHz as mu-law at 8 kHz, every other one left out: for tones that lie far below 4 kHz. */
export function mulawOf(samples: Int16Array): Uint8Array {
  return Uint8Array.from({ length: samples.length / 2 }, (_, i) => CODES[(samples[2 * i]! + 32_768) >> 4]!);
}

/** The same as 16-bit samples. */
export const at8k = (samples: Int16Array): Int16Array =>
  Int16Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i]!);
