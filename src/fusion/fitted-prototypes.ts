import type { Steps } from './steps';
import { unitRows } from './unit-vectors';

/** How prototypes are fitted to examples; chosen on banking77's train part and on intents that no training saw. */
export interface FitOptions {
  /** Cosines are multiplied by it before the softmax. */
  readonly scale: number;
  /** How far a prototype moves in a step, of the mean of its examples' pulls. */
  readonly rate: number;
  readonly steps: number;
  /** Other intents that an example is told apart from: those whose means are nearest to it. */
  readonly maxRivals: number;
}

export const FIT_DEFAULTS: FitOptions = { scale: 15, rate: 0.35, steps: 30, maxRivals: 20 };

/** Steps pause after so many examples. */
const EXAMPLES_A_PAUSE = 50;

/** What pulls less moves nothing that shows; most rivals of most examples do. */
const LEAST_PULL = 0.003;

/**
 * Means of examples as prototypes leave out what tells near intents apart. From the means on, [intents, width], each step
 * draws a prototype to those of its examples that are told as another, and off the examples of others that it takes:
 * descent of the softmax cross-entropy over scaled cosines (a cosine classifier, Gidaris and Komodakis 2018, that starts
 * from the prototypes of Snell et al. 2017). A fixed number of steps, and no chance in it. One intent alone keeps its mean.
 *
 * `intents` are the examples of each, [width] of L2 norm 1. Work: examples x (rivals + 1) x width x steps; it pauses
 * every few examples.
 */
export function* fittedPrototypes(
  intents: readonly (readonly Float32Array[])[],
  means: Float32Array,
  options: FitOptions = FIT_DEFAULTS,
): Steps<Float32Array> {
  const width = means.length / Math.max(1, intents.length);
  if (intents.length < 2) return means;
  const pulls: Pull[] = [];
  for (const [own, examples] of intents.entries()) {
    for (const example of examples) {
      const rivals = rivalsOf(own, example, means, intents.length, options.maxRivals);
      const rows = Int32Array.of(own, ...rivals);
      pulls.push({ example, rows, share: options.rate / examples.length, chance: new Float64Array(rows.length) });
    }
    yield;
  }
  let prototypes = means;
  for (let taken = 0; taken < options.steps; taken++) {
    const moved = Float32Array.from(prototypes);
    for (let from = 0; from < pulls.length; from += EXAMPLES_A_PAUSE) {
      for (const pull of pulls.slice(from, from + EXAMPLES_A_PAUSE)) pullAt(moved, prototypes, pull, options.scale);
      yield;
    }
    prototypes = unitRows(moved, width);
  }
  return prototypes;
}

/** An example with what it pulls at: its own intent first, then its rivals, as rows of the prototypes. */
interface Pull {
  readonly example: Float32Array;
  /** At least its own. */
  readonly rows: Int32Array;
  /** Of the pull, so that an intent with many examples moves no further than one with few. */
  readonly share: number;
  /** What each row is told as, made anew in each step. */
  readonly chance: Float64Array;
}

/** The rows whose means are nearest to the example, without its own. */
function rivalsOf(own: number, example: Float32Array, means: Float32Array, count: number, most: number): number[] {
  const others = Array.from({ length: count }, (_, at) => at).filter((at) => at !== own);
  if (others.length <= most) return others;
  const cosines = others.map((at) => ({ at, cosine: dotAt(example, means, at) }));
  return cosines
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, most)
    .map(({ at }) => at);
}

function pullAt(
  moved: Float32Array,
  prototypes: Float32Array,
  { example, rows, share, chance }: Pull,
  scale: number,
): void {
  let greatest = -Infinity;
  for (let i = 0; i < rows.length; i++) {
    chance[i] = scale * dotAt(example, prototypes, rows[i]!);
    greatest = Math.max(greatest, chance[i]!);
  }
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += chance[i] = Math.exp(chance[i]! - greatest);
  for (let i = 0; i < rows.length; i++) {
    const pull = (i === 0 ? 1 : 0) - chance[i]! / sum;
    if (Math.abs(pull) >= LEAST_PULL) addAt(moved, rows[i]!, example, share * pull);
  }
}

/** The product with one row of [rows, width]; no view of the row is made, of which there would be thousands a step. */
function dotAt(vector: Float32Array, rows: Float32Array, row: number): number {
  const from = row * vector.length;
  // four sums at once: one alone waits for each addition
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < vector.length; i += 4) {
    a += vector[i]! * rows[from + i]!;
    b += vector[i + 1]! * rows[from + i + 1]!;
    c += vector[i + 2]! * rows[from + i + 2]!;
    d += vector[i + 3]! * rows[from + i + 3]!;
  }
  for (; i < vector.length; i++) a += vector[i]! * rows[from + i]!;
  return a + b + c + d;
}

function addAt(rows: Float32Array, row: number, vector: Float32Array, factor: number): void {
  const from = row * vector.length;
  for (let i = 0; i < vector.length; i++) rows[from + i]! += factor * vector[i]!;
}
