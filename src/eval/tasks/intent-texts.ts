import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prototypeOf } from '../../fusion/custom-intents';
import { type IntentIndex, parseIntentIndex, scoreIntents } from '../../fusion/intent-index';
import { dot } from '../../fusion/unit-vectors';
import { readNpz } from '../../models/runtime/npz';
import type { LabelledText } from '../corpora/texts';
import type { Judged } from '../metrics/judged';
import { mapSome, type Served } from '../served';

/** A text in the space that intents are told apart in. */
export interface Placed {
  readonly label: string;
  /** L2 norm 1. */
  readonly embedding: Float32Array;
}

export const OUT_OF_SCOPE = 'out of scope';

export function placeTexts(
  served: Served,
  texts: readonly LabelledText[],
  atOnce: number,
  tell: () => void,
): Promise<Placed[]> {
  return mapSome(
    texts,
    atOnce,
    async ({ text, labels }) => ({
      label: labels[0]!,
      embedding: (await served.run('text-tokens', { text })).embedding,
    }),
    tell,
  );
}

/** The intents that every tenant has. */
export function intentIndex(served: Served): IntentIndex {
  const { path, manifest } = served.models.text;
  const prototypes = readNpz(readFileSync(join(path, manifest.assets['prototypes']!.file)));
  return parseIntentIndex(JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')), prototypes);
}

/** As the service tells it: the best intent with its score, or out of scope. */
export function judgedIntents(index: IntentIndex, placed: readonly Placed[]): Judged[] {
  return placed.map(({ label, embedding }) => {
    const { intents, outOfScope } = scoreIntents(index, embedding);
    const best = intents[0]!;
    const answer = outOfScope ? OUT_OF_SCOPE : best.name;
    return { truth: label, answer, told: { confidence: best.score, right: best.name === label } };
  });
}

/** Out of scope counts as wrong. */
export function rightIntents(index: IntentIndex, placed: readonly Placed[]): boolean[] {
  return judgedIntents(index, placed).map(({ truth, answer }) => truth === answer);
}

/** Mean of the embeddings of each label, L2 norm 1: what an intent's prototype is. */
export function means(placed: readonly Placed[]): Map<string, Float32Array> {
  const byLabel = new Map<string, Float32Array[]>();
  for (const { label, embedding } of placed) byLabel.set(label, [...(byLabel.get(label) ?? []), embedding]);
  return new Map([...byLabel].map(([label, embeddings]) => [label, prototypeOf(embeddings)]));
}

export function nearest(
  prototypes: ReadonlyMap<string, Float32Array>,
  embedding: Float32Array,
): { label: string; cosine: number } {
  let best = { label: '', cosine: -Infinity };
  for (const [label, prototype] of prototypes) {
    const cosine = dot(prototype, embedding);
    if (cosine > best.cosine) best = { label, cosine };
  }
  return best;
}

export const share = (right: readonly boolean[]): number => right.filter(Boolean).length / Math.max(1, right.length);
