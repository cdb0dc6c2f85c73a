import { Ffmpeg } from '../../cli/recording/ffmpeg';
import { random } from './random';

export const RATE_HZ = 16_000;

/** One after the other. */
export function joinedPcm(parts: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The first audio stream of a file as 16 kHz mono, by ffmpeg. */
export async function readPcm(path: string): Promise<Int16Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of new Ffmpeg().audio(path, 1)) parts.push(part);
  return pcmOfBytes(Buffer.concat(parts));
}

/** 16-bit little-endian samples; a byte too many is left out. */
export function pcmOfBytes(bytes: Buffer): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));
}

/** Floats in [-1, 1], louder ones held there, as 16-bit samples. */
export function pcmOfFloats(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (value) => clip(value * 0x8000));
}

export function clip(value: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(value)));
}

/** Root of the mean square. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Root of the mean power of the frames of 25 ms within 30 dB of the loudest: the level of what speaks. */
export function loudness(pcm: Int16Array): number {
  const FRAME = 400;
  const powers: number[] = [];
  for (let at = 0; at + FRAME <= pcm.length; at += FRAME) powers.push(rms(pcm.subarray(at, at + FRAME)) ** 2);
  const loudest = Math.max(0, ...powers);
  const loud = powers.filter((power) => power >= loudest / 1000);
  return Math.sqrt(loud.reduce((a, b) => a + b, 0) / Math.max(1, loud.length));
}

/** Of mean 0 and deviation 1 (Box and Muller 1958). */
export function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Decibels re full scale to a factor. */
export const amplitude = (db: number): number => 10 ** (db / 20);

export function whiteNoise(count: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => gaussian(next));
}
