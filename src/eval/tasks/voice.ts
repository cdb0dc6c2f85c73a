import { EMOTIONS, type Emotion } from '@rapport-live/protocol';
import { ENCODE_DEFAULTS } from '../../models/encode/encode-options';
import type { SpeechClip, SpeechCorpus } from '../corpora/speech';
import { best, type Served } from '../served';
import { decodeVoice } from '../signal/decode';
import type { Distortion } from '../signal/distortions';
import { heardWindow } from '../signal/heard-speech';

/** What the service says of the voice of one clip. */
export interface VoiceAnswer {
  /** In the order of EMOTIONS. */
  readonly probabilities: readonly number[];
  /** Whether the service would assess it by itself: enough speech. */
  readonly present: boolean;
}

export interface HeardClip extends VoiceAnswer {
  readonly clip: SpeechClip;
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

/** A clip through the service's decoder, voice activity, window, log-mel, encoder and fusion: voice alone. */
export async function hearClip(served: Served, clip: SpeechClip, distort: Distortion): Promise<VoiceAnswer> {
  const heard = await distort(await decodeVoice('ogg-opus', clip.sound));
  const { pcm, speechMs } = await heardWindow(served, heard);
  const { tokens } = await served.run('voice-tokens', { pcm });
  const { probabilities } = await served.emotion({ voice: tokens });
  return { probabilities, present: speechMs >= ENCODE_DEFAULTS.minSpeechMs };
}

/** What was said of a clip: the likeliest of the emotions that its corpus has. */
export function answerOf({ probabilities }: VoiceAnswer, classes: readonly Emotion[]): Emotion {
  return best(probabilities, classes);
}

export const CORPUS_TOLD: Readonly<Record<SpeechCorpus, string>> = {
  ravdess: 'RAVDESS, acted English',
  nemo: 'nEMO, acted Polish',
  urdu: 'URDU, talk shows',
};
