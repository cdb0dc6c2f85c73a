import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_DIR } from '../support/call';

const RATE_HZ = 16_000;

/** A WAV file of any header: what it says need not be what it holds. */
export function wavFile(
  data: Uint8Array,
  { channels = 1, bits = 16, format = 1, rateHz = RATE_HZ, promised = data.byteLength } = {},
): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + promised, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(format, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE((rateHz * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(promised, 40);
  return Buffer.concat([head, data]);
}

/** PCM16 of a piece of the sample call: `customer` or `agent`, ms. */
export function samplePcm(party: 'customer' | 'agent', fromMs: number, toMs: number): Buffer {
  const file = readFileSync(join(SAMPLE_DIR, `${party}.wav`));
  return file.subarray(44 + 32 * fromMs, 44 + 32 * toMs);
}

/** Left and right as one file of two channels. */
export function stereo(left: Buffer, right: Buffer): Buffer {
  const both = Buffer.alloc(2 * left.length);
  for (let at = 0; at < left.length; at += 2) {
    left.copy(both, 2 * at, at, at + 2);
    right.copy(both, 2 * at + 2, at, at + 2);
  }
  return both;
}
