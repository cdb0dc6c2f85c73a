import { z } from 'zod';
import { softmax } from './calibration';
import { dot, unitRows } from './unit-vectors';

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
  /** A custom intent is looked at from this cosine to its prototype on. */
  readonly customMinCosine: number;
  /** The tenant's own intents; absent: none. */
  readonly custom?: CustomPrototypes;
}

/** Prototypes made of a tenant's examples by the text encoder alone (`custom-intents.ts`). */
export interface CustomPrototypes {
  /** In the order of the rows; none is a name of the default intents. */
  readonly names: readonly string[];
  /** Means of examples, [names, width], each row of L2 norm 1: whether a text is near. */
  readonly prototypes: Float32Array;
  /** Fitted to tell them apart, of the same form: which of the near ones it is. */
  readonly fitted: Float32Array;
}

export interface ScoredIntent {
  readonly name: string;
  readonly score: number;
}

export interface IntentScores {
  /** Best first: the default intents and those custom ones that are near. Their scores and the out-of-scope probability sum to 1. */
  readonly intents: readonly ScoredIntent[];
  readonly outOfScope: boolean;
}

const Manifest = z.object({
  intents: z.array(z.string().min(1)).min(1),
  parameters: z.object({
    intentScale: z.number().positive(),
    outOfScopeMinProbability: z.number().min(0).max(1),
    customIntentMinCosine: z.number().min(0).max(1).default(0.5),
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
    customMinCosine: parameters.customIntentMinCosine,
  };
}

/**
 * Softmax over the scaled cosines to every default prototype and the out-of-scope one, as the text encoder was trained;
 * the custom intents that are near join it. A text near none of them is scored exactly as without them, and the default
 * intents keep their order and their ratios to each other and to out of scope in any case.
 *
 * The out-of-scope prototype was learnt from requests that are none of the default intents, which custom ones are too: it
 * cannot judge them. So they are judged by `customMinCosine`, and what fits one of them is in scope. Where the defaults
 * alone say out of scope, custom cosines are lifted so that a text at `customMinCosine` is worth as much as out of scope.
 * Means say how near the custom intents are, which is how the defaults are trained too; the fitted prototypes say which of
 * the near ones it is: their best is taken to be as near as the nearest mean.
 * Throws when the embedding is not [width].
 */
export function scoreIntents(index: IntentIndex, embedding: Float32Array): IntentScores {
  const width = index.outOfScope.length;
  if (embedding.length !== width) throw new Error(`an intent embedding has ${width} numbers, not ${embedding.length}`);
  const unit = unitRows(embedding, width);
  const defaults = cosines(index, unit);
  const outOfScopeCosine = dot(unit, index.outOfScope);
  const trained = scaledSoftmax([...defaults.map(({ cosine }) => cosine), outOfScopeCosine], index.scale);
  const noDefault = (trained.at(-1) ?? 0) > index.outOfScopeMinProbability;

  const near = nearCustom(index, unit);
  if (near.length === 0) return { intents: ranked(defaults, trained), outOfScope: noDefault };
  const lift = noDefault ? Math.max(0, outOfScopeCosine - index.customMinCosine) : 0;
  const joined = [...defaults, ...near.map(({ name, cosine }) => ({ name, cosine: cosine + lift }))];
  const probabilities = scaledSoftmax([...joined.map(({ cosine }) => cosine), outOfScopeCosine], index.scale);
  return { intents: ranked(joined, probabilities), outOfScope: false };
}

/** How near a prototype is, in [-1, 1]. */
export interface IntentCosine {
  readonly name: string;
  readonly cosine: number;
}

/** To every intent, default and custom, in the order of the index; the vector, [width], has L2 norm 1. */
export function intentCosines(index: IntentIndex, unit: Float32Array): IntentCosine[] {
  return [...cosines(index, unit), ...customCosines(index, unit)];
}

/** The custom intents whose means are near, by their fitted prototypes, as far away as the nearest mean is. */
function nearCustom(index: IntentIndex, unit: Float32Array): IntentCosine[] {
  const { custom, customMinCosine } = index;
  if (custom === undefined) return [];
  const means = cosines(custom, unit);
  const near = means.flatMap(({ cosine }, i) => (cosine >= customMinCosine ? [i] : []));
  const told = cosines({ names: custom.names, prototypes: custom.fitted }, unit);
  const greatest = (of: readonly IntentCosine[]): number => Math.max(...near.map((i) => of[i]!.cosine));
  const shift = greatest(means) - greatest(told);
  return near.map((i) => ({ name: custom.names[i]!, cosine: told[i]!.cosine + shift }));
}

const customCosines = ({ custom }: IntentIndex, unit: Float32Array): IntentCosine[] =>
  custom === undefined ? [] : cosines(custom, unit);

/** Rows [names, width] of L2 norm 1. */
type NamedRows = Pick<CustomPrototypes, 'names' | 'prototypes'>;

function cosines({ names, prototypes }: NamedRows, unit: Float32Array): IntentCosine[] {
  const width = unit.length;
  return names.map((name, i) => ({ name, cosine: dot(unit, prototypes.subarray(i * width, (i + 1) * width)) }));
}

const scaledSoftmax = (values: readonly number[], scale: number): number[] =>
  softmax(values.map((cosine) => cosine * scale));

/** The first probabilities are those of the intents, in their order. */
function ranked(intents: readonly IntentCosine[], probabilities: readonly number[]): ScoredIntent[] {
  return intents.map(({ name }, i) => ({ name, score: probabilities[i] ?? 0 })).sort((a, b) => b.score - a.score);
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
