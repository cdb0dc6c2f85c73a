import { decodeVoice } from './decode';
import { random } from './random';
import { telephoneBytes } from './telephone';

/** What happens to the sound on its way, 16 kHz in and out. */
export type Distortion = (pcm: Int16Array<ArrayBuffer>) => Promise<Int16Array<ArrayBuffer>>;

export const clean: Distortion = async (pcm) => pcm;

/** 300 to 3400 Hz, mu-law at 8 kHz, and the service's decoder of it. */
export const telephone: Distortion = async (pcm) => decodeVoice('mulaw-8k', telephoneBytes(pcm));

/** White noise at so many dB below the mean power of the loud parts. */
export function noisy(signalToNoiseDb: number): Distortion {
  return async (pcm) => {
    const next = random(pcm.length);
    const deviation = loudness(pcm) * 10 ** (-signalToNoiseDb / 20);
    return pcm.map((sample) => clip(sample + deviation * gaussian(next)));
  };
}

const PACKET_SAMPLES = 320;

/** Packets of 20 ms lost at random, silence in their place. */
export function lossy(share: number): Distortion {
  return async (pcm) => {
    const next = random(pcm.length);
    const heard = pcm.slice();
    for (let at = 0; at < heard.length; at += PACKET_SAMPLES)
      if (next() < share) heard.fill(0, at, at + PACKET_SAMPLES);
    return heard;
  };
}

/** Root of the mean power of the frames of 25 ms within 30 dB of the loudest. */
function loudness(pcm: Int16Array): number {
  const FRAME = 400;
  const powers: number[] = [];
  for (let at = 0; at + FRAME <= pcm.length; at += FRAME) {
    powers.push(pcm.subarray(at, at + FRAME).reduce((sum, value) => sum + value * value, 0) / FRAME);
  }
  const loudest = Math.max(0, ...powers);
  const loud = powers.filter((power) => power >= loudest / 1000);
  return Math.sqrt(loud.reduce((a, b) => a + b, 0) / Math.max(1, loud.length));
}

/** Box and Muller 1958. */
function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function clip(value: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(value)));
}
