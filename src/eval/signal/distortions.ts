import { decodeVoice } from './decode';
import { clip, gaussian, loudness } from './pcm';
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
