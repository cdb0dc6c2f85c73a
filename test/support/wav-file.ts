import { readFileSync } from 'node:fs';

const TARGET_HZ = 16_000;

/** Samples of a mono PCM WAV file of 8 unsigned or 16 signed bits, at 16 kHz by linear interpolation: enough for tests. */
export function readWavAt16k(path: string): Int16Array {
  const file = readFileSync(path);
  let [rateHz, bits] = [0, 0];
  for (let at = 12; at + 8 <= file.length;) {
    const [tag, size, body] = [file.toString('latin1', at, at + 4), file.readUInt32LE(at + 4), at + 8];
    if (tag === 'fmt ') [rateHz, bits] = [file.readUInt32LE(body + 4), file.readUInt16LE(body + 14)];
    if (tag === 'data') return resampled(samplesOf(file.subarray(body, body + size), bits), rateHz);
    at = body + size + (size % 2);
  }
  throw new Error(`${path} has no data`);
}

function samplesOf(data: Buffer, bits: number): Int16Array {
  if (bits === 8) return Int16Array.from(data, (byte) => (byte - 128) << 8);
  return Int16Array.from({ length: data.length >> 1 }, (_, i) => data.readInt16LE(2 * i));
}

function resampled(samples: Int16Array, rateHz: number): Int16Array {
  if (rateHz === TARGET_HZ) return samples;
  const step = rateHz / TARGET_HZ;
  return Int16Array.from({ length: Math.floor((samples.length - 1) / step) }, (_, i) => {
    const [at, share] = [Math.floor(i * step), (i * step) % 1];
    return Math.round(samples[at]! * (1 - share) + samples[at + 1]! * share);
  });
}
