import type { CustomPrototypes, IntentIndex } from './intent-index';
import { unitRows } from './unit-vectors';

/** An intent that a tenant added, as the text encoder sees its examples. */
export interface CustomIntent {
  readonly name: string;
  /** One for each example, at least one, each [width]. */
  readonly embeddings: readonly Float32Array[];
}

/**
 * The normalised mean of the normalised embeddings, [width]: no training (prototypical networks: Snell et al. 2017; cosine
 * in place of Euclidean distance, as the encoder was trained).
 */
export function prototypeOf(embeddings: readonly Float32Array[]): Float32Array {
  const sum = sumOf(embeddings);
  return unitRows(sum, sum.length);
}

/** For each example the prototype of all others; at least two embeddings. */
export function prototypesWithoutEach(embeddings: readonly Float32Array[]): Float32Array[] {
  const sum = sumOf(embeddings);
  return embeddings.map((embedding) => {
    const unit = unitRows(embedding, sum.length);
    return unitRows(
      sum.map((value, i) => value - (unit[i] ?? 0)),
      sum.length,
    );
  });
}

function sumOf(embeddings: readonly Float32Array[]): Float32Array {
  const width = embeddings[0]?.length ?? 0;
  const sum = new Float32Array(width);
  for (const embedding of embeddings) unitRows(embedding, width).forEach((value, i) => (sum[i]! += value));
  return sum;
}

/** The default index with these intents beside the default ones, in place of any custom ones it had. */
export function withCustomIntents(index: IntentIndex, intents: readonly CustomIntent[]): IntentIndex {
  if (intents.length === 0) return { ...index, custom: undefined };
  const width = index.outOfScope.length;
  const prototypes = new Float32Array(intents.length * width);
  intents.forEach(({ embeddings }, i) => prototypes.set(prototypeOf(embeddings), i * width));
  const custom: CustomPrototypes = { names: intents.map(({ name }) => name), prototypes };
  return { ...index, custom };
}
