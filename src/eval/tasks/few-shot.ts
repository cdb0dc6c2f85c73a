import { customPrototypes } from '../../fusion/custom-intents';
import { finished } from '../../fusion/steps';
import { type Figure, figure } from '../report/figures';
import { draw, random } from '../signal/random';
import { nearest, type Placed } from './intent-texts';

const EXAMPLES = 10;
const SEEDS = 20;

/**
 * Custom intents as users add them: prototypes fitted to ten examples of each intent, then the accuracy on the scored texts,
 * without the examples where they are drawn from these. Mean of the seeds, with the least and the most.
 */
export function fewShot(name: string, source: readonly Placed[], scored: readonly Placed[], atLeast: number): Figure {
  const labels = [...new Set(source.map(({ label }) => label))];
  const accuracies = Array.from({ length: SEEDS }, (_, seed) => {
    const next = random(seed + 1);
    const examples = new Set(
      labels.flatMap((label) => {
        const own = source.filter((one) => one.label === label);
        // at least one stays to be scored
        return draw(Math.min(EXAMPLES, own.length - 1), own.length, next).map((i) => own[i]!);
      }),
    );
    const prototypes = fitted([...examples]);
    const rest = scored.filter((one) => !examples.has(one));
    return rest.filter(({ label, embedding }) => nearest(prototypes, embedding).label === label).length / rest.length;
  }).sort((a, b) => a - b);
  const value = accuracies.reduce((a, b) => a + b, 0) / SEEDS;
  const interval = { value, low: accuracies[0]!, high: accuracies.at(-1)! };
  return figure(
    `${name}: accuracy, ${labels.length} intents, mean of ${SEEDS} drawings (least, most)`,
    interval,
    'share',
    {
      atLeast,
    },
  );
}

/** As a tenant's own intents are told from each other. */
function fitted(examples: readonly Placed[]): Map<string, Float32Array> {
  const byLabel = new Map<string, Float32Array[]>();
  for (const { label, embedding } of examples) byLabel.set(label, [...(byLabel.get(label) ?? []), embedding]);
  const intents = [...byLabel].map(([name, embeddings]) => ({ name, embeddings }));
  const { names, fitted: rows } = finished(customPrototypes(intents));
  const width = rows.length / names.length;
  return new Map(names.map((name, i) => [name, rows.subarray(i * width, (i + 1) * width)]));
}
