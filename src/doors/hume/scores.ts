import { EMOTIONS, type EmotionDistribution } from '@rapport-live/protocol';

/** A name with a probability, as both arrays of a measurement hold them. */
export interface Score {
  readonly name: string;
  /** Rounded to four decimal places. */
  readonly probability: number;
}

/** Below this an expression is not listed: the cutoff that the newer expression API states for faces. */
const CUTOFF = 0.1;

/**
 * What we measure, as expressions: best first, equal ones by name. The names are our seven emotions. `surprise` stays as it
 * is, though the API tells a positive from a negative one: we do not.
 */
export function expressionsOf(emotion: EmotionDistribution): Score[] {
  return EMOTIONS.map((name) => ({ name, probability: Math.round(emotion[name] * 10_000) / 10_000 }))
    .filter(({ probability }) => probability > CUTOFF)
    .sort((a, b) => b.probability - a.probability || (a.name < b.name ? -1 : 1));
}
