import { FIT_DEFAULTS, type FitOptions, fittedPrototypes } from './fitted-prototypes';
import type { CustomPrototypes, IntentIndex } from './intent-index';
import type { Steps } from './steps';
import { unitRows } from './unit-vectors';

/** An intent that a tenant added, as the text encoder sees its examples. */
export interface CustomIntent {
  readonly name: string;
  /** One for each example, at least one, each [width]. */
  readonly embeddings: readonly Float32Array[];
}

/** The normalised mean of the normalised embeddings, [width] (prototypical networks: Snell et al. 2017, by cosine). */
export function prototypeOf(embeddings: readonly Float32Array[]): Float32Array {
  const width = embeddings[0]?.length ?? 0;
  const sum = new Float32Array(width);
  for (const embedding of embeddings) unitRows(embedding, width).forEach((value, i) => (sum[i]! += value));
  return unitRows(sum, width);
}

/** What the examples of some intents make: means, and prototypes fitted from them to tell the intents apart. */
export function* customPrototypes(
  intents: readonly CustomIntent[],
  options: FitOptions = FIT_DEFAULTS,
): Steps<CustomPrototypes> {
  const width = intents[0]?.embeddings[0]?.length ?? 0;
  const prototypes = new Float32Array(intents.length * width);
  intents.forEach(({ embeddings }, i) => prototypes.set(prototypeOf(embeddings), i * width));
  const units = intents.map(({ embeddings }) => embeddings.map((embedding) => unitRows(embedding, width)));
  const fitted = yield* fittedPrototypes(units, prototypes, options);
  return { names: intents.map(({ name }) => name), prototypes, fitted };
}

/** The default index with these intents beside the default ones, in place of any custom ones it had. */
export function* withCustomIntents(index: IntentIndex, intents: readonly CustomIntent[]): Steps<IntentIndex> {
  return { ...index, custom: intents.length === 0 ? undefined : yield* customPrototypes(intents) };
}
