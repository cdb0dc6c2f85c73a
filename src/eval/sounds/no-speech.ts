import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { joined } from '../../fusion/window-assembler';
import { amplitude, pcmOfFloats, RATE_HZ, readPcm, whiteNoise } from '../signal/pcm';
import { random } from '../signal/random';
import { atLevel, pinkNoise } from './coloured-noise';

/**
 * Sound in which nobody speaks. Everything is drawn from a seed, or recorded noise repeated; levels are what a headset or
 * a telephone brings, in dB re full scale.
 */

/** Half of it digital silence, the rest the tone of a quiet room, softer and louder. */
export function silence(seconds: number): Int16Array<ArrayBuffer> {
  const [half, quarter] = [Math.floor((seconds * RATE_HZ) / 2), Math.floor((seconds * RATE_HZ) / 4)];
  return pcmOfFloats(
    joined([
      new Float32Array(half),
      atLevel(pinkNoise(quarter, 11), amplitude(-65)),
      atLevel(pinkNoise(quarter, 12), amplitude(-55)),
    ]),
  );
}

/** White and pink noise, soft and loud, a humming machine that hammers, keys, a busy tone, and what is in `folder`. */
export async function noise(seconds: number, folder: string): Promise<Int16Array<ArrayBuffer>> {
  const recorded = await recordedNoises(folder);
  const count = Math.floor((seconds * RATE_HZ) / (7 + recorded.length));
  return pcmOfFloats(
    joined([
      atLevel(whiteNoise(count, 21), amplitude(-40)),
      atLevel(whiteNoise(count, 22), amplitude(-28)),
      atLevel(pinkNoise(count, 23), amplitude(-40)),
      atLevel(pinkNoise(count, 24), amplitude(-28)),
      atLevel(hammering(count), amplitude(-28)),
      atLevel(keys(count), amplitude(-30)),
      atLevel(busyTone(count), amplitude(-26)),
      ...recorded.map((sound) => atLevel(repeated(sound, count), amplitude(-30))),
    ]),
  );
}

/** Those that come with the data; without any the noise is made alone. */
async function recordedNoises(folder: string): Promise<Float32Array[]> {
  const names = namesIn(folder).filter((name) => name.endsWith('.wav'));
  const read = await Promise.all(names.map((name) => readPcm(join(folder, name))));
  return read.map((pcm) => Float32Array.from(pcm, (sample) => sample / 0x8000));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function repeated(sound: Float32Array, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => sound[i % sound.length]!);
}

/** Mains hum and a blow every half second. */
function hammering(count: number): Float32Array {
  const next = random(25);
  const hiss = pinkNoise(count, 26);
  return hiss.map((value, i) => {
    const hum = 0.02 * Math.sin((2 * Math.PI * 50 * i) / RATE_HZ) + 0.01 * Math.sin((2 * Math.PI * 150 * i) / RATE_HZ);
    const sinceBlow = i % 9000;
    return hum + 0.003 * value + (sinceBlow < 1200 ? 0.6 * (next() - 0.5) * Math.exp(-sinceBlow / 200) : 0);
  });
}

/** Clicks of a keyboard, five or six a second. */
function keys(count: number): Float32Array {
  const next = random(27);
  const out = pinkNoise(count, 28).map((value) => 0.02 * value);
  for (let at = 0; at < count; at += Math.floor(-Math.log(1 - next()) * 0.18 * RATE_HZ) + 1)
    for (let i = 0; i < 400 && at + i < count; i++) out[at + i]! += 2 * (next() - 0.5) * Math.exp(-i / 60);
  return out;
}

/** 425 Hz, half a second on and off (ITU-T E.180). */
function busyTone(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) =>
    i % RATE_HZ < RATE_HZ / 2 ? Math.sin((2 * Math.PI * 425 * i) / RATE_HZ) : 0,
  );
}
