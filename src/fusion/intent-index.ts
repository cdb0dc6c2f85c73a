import { z } from 'zod';
import { softmax } from './calibration';

/** Prototypes in the text encoder's space that intents are told by. */
export interface IntentIndex {
  /** Names in the order of the rows. */
  readonly names: readonly string[];
  /** [names, width], each row of L2 norm 1. */
  readonly prototypes: Float32Array;
  /** [width], L2 norm 1: what is none of the intents. */
  readonly outOfScope: Float32Array;
  /** Cosines are multiplied by it before the softmax. */
  readonly scale: number;
  /** Out of scope from above this probability of the out-of-scope prototype. */
  readonly outOfScopeMinProbability: number;
}

export interface ScoredIntent {
  readonly name: string;
  readonly score: number;
}

export interface IntentScores {
  /** All intents, best first. Their scores and the out-of-scope probability sum to 1. */
  readonly intents: readonly ScoredIntent[];
  readonly outOfScope: boolean;
}

const Manifest = z.object({
  intents: z.array(z.string().min(1)).min(1),
  parameters: z.object({
    intentScale: z.number().positive(),
    outOfScopeMinProbability: z.number().min(0).max(1),
  }),
});

/**
 * Reads the manifest of the text model, an object, and its prototypes.npz, as arrays `prototypes` [intents, width] and
 * `outOfScope` [1, width]. Throws ZodError, or an Error that says which array does not fit.
 */
export function parseIntentIndex(
  manifest: unknown,
  arrays: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
): IntentIndex {
  const { intents: names, parameters } = Manifest.parse(manifest);
  const [prototypes, outOfScope] = [arrays.get('prototypes'), arrays.get('outOfScope')];
  const width = prototypes?.shape[1] ?? 0;
  if (prototypes === undefined || prototypes.shape[0] !== names.length || width === 0) {
    throw new Error(`prototypes must be of shape [${names.length}, width], not [${prototypes?.shape.join(', ')}]`);
  }
  if (outOfScope === undefined || outOfScope.data.length !== width) {
    throw new Error(`outOfScope must be of shape [1, ${width}], not [${outOfScope?.shape.join(', ')}]`);
  }
  return {
    names,
    prototypes: unitRows(prototypes.data, width),
    outOfScope: unitRows(outOfScope.data, width),
    scale: parameters.intentScale,
    outOfScopeMinProbability: parameters.outOfScopeMinProbability,
  };
}

/** Softmax over the scaled cosines to every prototype and the out-of-scope one, as the text encoder was trained. */
export function scoreIntents(index: IntentIndex, embedding: Float32Array): IntentScores {
  const width = index.outOfScope.length;
  if (embedding.length !== width) throw new Error(`an intent embedding has ${width} numbers, not ${embedding.length}`);
  const unit = unitRows(embedding, width);
  const cosines = index.names.map((_, i) => dot(unit, index.prototypes.subarray(i * width, (i + 1) * width)));
  const probabilities = softmax([...cosines, dot(unit, index.outOfScope)].map((cosine) => cosine * index.scale));
  const intents = index.names
    .map((name, i) => ({ name, score: probabilities[i] ?? 0 }))
    .sort((a, b) => b.score - a.score);
  return { intents, outOfScope: (probabilities.at(-1) ?? 0) > index.outOfScopeMinProbability };
}

/** What the other modalities add to the words, [width], and how far the gate lets it, in [0, 1]. */
export interface GatedResidual {
  readonly vector: Float32Array;
  readonly gate: number;
}

/**
 * The intent embedding: the text embedding plus the gated residual, L2 norm 1. The fusion network gives no residual
 * yet, so the gate is closed and words alone decide.
 */
export function intentEmbedding(text: Float32Array, residual?: GatedResidual): Float32Array {
  if (residual === undefined || residual.gate === 0) return text;
  const sum = text.map((value, i) => value + residual.gate * (residual.vector[i] ?? 0));
  return unitRows(sum, sum.length);
}

function unitRows(rows: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const norm = Math.sqrt(dot(row, row)) || 1;
    for (let i = 0; i < width; i++) unit[start + i] = (row[i] ?? 0) / norm;
  }
  return unit;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
