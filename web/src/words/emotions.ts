import type { AbstentionReason, Emotion, LiveEmotion } from '@rapport-live/protocol';
import { percentOf } from './percent';

/** In the one order. */
export const EMOTION_WORDS: Readonly<Record<Emotion, string>> = {
  ...{ anger: 'Anger', disgust: 'Disgust', fear: 'Fear', joy: 'Joy' },
  ...{ neutral: 'Neutral', sadness: 'Sadness', surprise: 'Surprise' },
};

/** What is said instead of an emotion. */
export const ABSTENTION_WORDS: Readonly<Record<AbstentionReason, string>> = {
  thin_evidence: 'Not enough evidence',
  low_confidence: 'Too unsure to say',
  party_unknown: 'Speakers are not told apart',
};

/** `Seems angry`-style facts are never said: always with how sure it is, or why nothing is said. */
export function emotionText(emotion: Pick<LiveEmotion, 'label' | 'confidence' | 'abstained'> | undefined): string {
  if (emotion === undefined) return 'Nothing assessed yet';
  if (emotion.abstained !== undefined) return ABSTENTION_WORDS[emotion.abstained];
  return `${EMOTION_WORDS[emotion.label]}, ${percentOf(emotion.confidence)} sure`;
}
