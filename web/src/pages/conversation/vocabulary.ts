import type { Emotion, Modality } from '@rapport-live/protocol';

/**
 * The words of the protocol that pages go through in order. Its package brings zod, which no page needs: types keep these
 * lists the same as its own, the spec beside this their order.
 */

export const EMOTIONS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'] as const;
export const MODALITIES = ['voice', 'face', 'text'] as const;

/** From the bottom of the picture up: what is felt stands on what is neutral. */
export const STACK: readonly Emotion[] = ['neutral', ...EMOTIONS.filter((name) => name !== 'neutral')];

/** Variables of the theme (theme/tokens.css). */
export const COLOUR_OF: Readonly<Record<Emotion | Modality, string>> = {
  anger: '--emotion-anger',
  disgust: '--emotion-disgust',
  fear: '--emotion-fear',
  joy: '--emotion-joy',
  neutral: '--emotion-neutral',
  sadness: '--emotion-sadness',
  surprise: '--emotion-surprise',
  voice: '--voice',
  face: '--face',
  text: '--words',
};
