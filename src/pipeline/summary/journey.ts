import {
  EMOTIONS,
  type EmotionDistribution,
  type SessionSummary,
  type WindowAssessedData,
} from '@rapport-live/protocol';
import { rounded } from '../../fusion/rounding';

/** Stretches of a journey, at most: then they get twice as long. */
const MAX_STRETCHES = 32;
const FIRST_STRETCH_MS = 10_000;

/** Sums over the trusted windows of one stretch. */
export interface Stretch {
  readonly at: number;
  readonly windows: number;
  readonly emotion: EmotionDistribution;
  readonly valence: number;
  readonly arousal: number;
}

/** The course of a session in stretches of one length, of which only those with something in them are kept. */
export interface Journey {
  readonly stretchMs: number;
  readonly stretches: readonly Stretch[];
}

export const NO_JOURNEY: Journey = { stretchMs: FIRST_STRETCH_MS, stretches: [] };

export function travelled(
  journey: Journey,
  windowEndMs: number,
  { emotion, valence, arousal }: Required<Pick<WindowAssessedData, 'emotion' | 'valence' | 'arousal'>>,
): Journey {
  // a window stands for what it ends with
  const at = Math.max(0, Math.ceil(windowEndMs / journey.stretchMs) - 1);
  let next: Journey = {
    ...journey,
    stretches: added(journey.stretches, { at, windows: 1, emotion, valence, arousal }),
  };
  while (next.stretches.length > MAX_STRETCHES) next = coarser(next);
  return next;
}

export function toldJourney({ stretchMs, stretches }: Journey): SessionSummary['journey'] {
  return stretches.map(({ at, windows, emotion, valence, arousal }) => ({
    ...{ startMs: at * stretchMs, endMs: (at + 1) * stretchMs, windows, label: likeliest(emotion) },
    ...{ valence: rounded(valence / windows), arousal: rounded(arousal / windows) },
  }));
}

/** Of all its windows; undefined without one. */
export function meanEmotion({ stretches }: Journey): EmotionDistribution | undefined {
  const [first, ...rest] = stretches;
  if (first === undefined) return undefined;
  const { emotion, windows } = rest.reduce(joined, first);
  return mapped(emotion, (sum) => rounded(sum / windows));
}

function coarser({ stretchMs, stretches }: Journey): Journey {
  const halved = stretches.map((one) => ({ ...one, at: Math.floor(one.at / 2) }));
  return { stretchMs: 2 * stretchMs, stretches: halved.reduce<readonly Stretch[]>(added, []) };
}

/** In order of time. */
function added(stretches: readonly Stretch[], more: Stretch): readonly Stretch[] {
  const last = stretches.at(-1);
  return last?.at === more.at ? [...stretches.slice(0, -1), joined(last, more)] : [...stretches, more];
}

const joined = (a: Stretch, b: Stretch): Stretch => ({
  at: a.at,
  windows: a.windows + b.windows,
  emotion: mapped(a.emotion, (sum, label) => sum + b.emotion[label]),
  valence: a.valence + b.valence,
  arousal: a.arousal + b.arousal,
});

const likeliest = (emotion: EmotionDistribution): (typeof EMOTIONS)[number] =>
  EMOTIONS.reduce((best, label) => (emotion[label] > emotion[best] ? label : best));

const mapped = (
  emotion: EmotionDistribution,
  of: (value: number, label: (typeof EMOTIONS)[number]) => number,
): EmotionDistribution =>
  Object.fromEntries(EMOTIONS.map((label) => [label, of(emotion[label], label)])) as EmotionDistribution;
