import { EMOTIONS, type Emotion, MODALITIES } from '@rapport-live/protocol';
import { z } from 'zod';
import { type Subset, subsetKey, subsetsOf } from './subsets';

/** What the manifest of the fusion network says of reading its output. */
export interface FusionCalibration {
  /** The order of the logits. */
  readonly labels: readonly Emotion[];
  /** Divides the logits, for each subset of modalities by its name (`voice+face`). */
  readonly temperatures: Readonly<Record<string, number>>;
  /** Place of each emotion on the circumplex (Russell 1980): [valence, arousal] in [-1, 1]. A convention, not learned. */
  readonly valenceArousal: Readonly<Record<Emotion, readonly [valence: number, arousal: number]>>;
}

/** Probabilities in the order of EMOTIONS; they sum to 1. */
export type Probabilities = readonly number[];

const place = z.tuple([z.number().min(-1).max(1), z.number().min(-1).max(1)]);
const Manifest = z.object({
  labels: z
    .array(z.enum(EMOTIONS))
    .refine((labels) => labels.length === EMOTIONS.length && new Set(labels).size === EMOTIONS.length, {
      error: 'labels must name each emotion once',
    }),
  parameters: z.object({
    temperatures: z.object(
      Object.fromEntries(subsetsOf(MODALITIES).map((subset) => [subsetKey(subset), z.number().positive()])),
    ),
    valenceArousal: z.object(
      Object.fromEntries(EMOTIONS.map((label) => [label, place])) as Record<Emotion, typeof place>,
    ),
  }),
});

/** Reads the manifest of the fusion model, an object; throws ZodError when something is missing. */
export function parseFusionCalibration(manifest: unknown): FusionCalibration {
  const { labels, parameters } = Manifest.parse(manifest);
  return { labels, ...parameters };
}

/**
 * Calibrated probabilities of one row of logits: softmax after the temperature of its subset (Guo et al. 2017), brought
 * from the order of `labels` to that of EMOTIONS by name.
 */
export function calibrate(
  logits: ArrayLike<number>,
  labels: readonly string[],
  subset: Subset,
  calibration: FusionCalibration,
): Probabilities {
  const key = subsetKey(subset);
  const temperature = calibration.temperatures[key];
  if (temperature === undefined) throw new Error(`no temperature for ${key}`);
  const scaled = EMOTIONS.map((emotion) => {
    const logit = logits[labels.indexOf(emotion)];
    if (logit === undefined) throw new Error(`the network has no output for ${emotion}`);
    return logit / temperature;
  });
  return softmax(scaled);
}

export function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Expectation of the emotions' places: derived, and called so. */
export function valenceArousal(
  probabilities: Probabilities,
  { valenceArousal: places }: FusionCalibration,
): { valence: number; arousal: number } {
  let valence = 0;
  let arousal = 0;
  EMOTIONS.forEach((emotion, i) => {
    valence += (probabilities[i] ?? 0) * places[emotion][0];
    arousal += (probabilities[i] ?? 0) * places[emotion][1];
  });
  return { valence, arousal };
}
