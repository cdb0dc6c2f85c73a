import { EMOTIONS, type Emotion } from '@rapport-live/protocol';
import { ENCODE_DEFAULTS } from '../../models/encode/encode-options';
import type { SpeechClip, SpeechCorpus } from '../corpora/speech';
import { best, mapSome, type Served } from '../served';
import { decodeVoice } from '../signal/decode';
import { heardWindow } from '../signal/heard-speech';
import type { Distortion } from '../signal/distortions';

export interface HeardClip {
  readonly clip: SpeechClip;
  /** In the order of EMOTIONS. */
  readonly probabilities: readonly number[];
  /** Whether the service would assess it by itself: enough speech. */
  readonly present: boolean;
}

/** The emotions that occur in a corpus. */
export function classesOf(clips: readonly { readonly emotion: Emotion }[]): Emotion[] {
  return EMOTIONS.filter((emotion) => clips.some((clip) => clip.emotion === emotion));
}

/** At most `most` clips of each speaker and emotion, the first in the order of the index. */
export function capped(clips: readonly SpeechClip[], most: number): SpeechClip[] {
  const taken = new Map<string, number>();
  return clips.filter(({ speaker, emotion }) => {
    const key = `${speaker} ${emotion}`;
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    return count <= most;
  });
}

/** Every clip through the service's decoder, voice activity, window, log-mel, encoder and fusion: voice alone. */
export async function hearClips(
  served: Served,
  clips: readonly SpeechClip[],
  distort: Distortion,
  atOnce: number,
  tell: () => void,
): Promise<HeardClip[]> {
  return mapSome(
    clips,
    atOnce,
    async (clip) => {
      const heard = await distort(await decodeVoice('ogg-opus', clip.sound));
      const { pcm, speechMs } = await heardWindow(served, heard);
      const { tokens } = await served.run('voice-tokens', { pcm });
      const { probabilities } = await served.emotion({ voice: tokens });
      return { clip, probabilities, present: speechMs >= ENCODE_DEFAULTS.minSpeechMs };
    },
    tell,
  );
}

/** What was said of a clip: the likeliest of the emotions that its corpus has. */
export function answerOf({ probabilities }: HeardClip, classes: readonly Emotion[]): Emotion {
  return best(probabilities, classes);
}

export const CORPUS_TOLD: Readonly<Record<SpeechCorpus, string>> = {
  ravdess: 'RAVDESS, acted English',
  nemo: 'nEMO, acted Polish',
  urdu: 'URDU, talk shows',
};
