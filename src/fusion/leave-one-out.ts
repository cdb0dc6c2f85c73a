import type { IntentReport } from '@rapport-live/protocol';
import { type CustomIntent, prototypeOf, prototypesWithoutEach, withCustomIntents } from './custom-intents';
import { intentCosines, type IntentIndex, scoreIntents } from './intent-index';
import type { IntentOptions } from './intent-options';
import { rounded } from './rounding';
import { dot, unitRows } from './unit-vectors';

/** The added intent with what stands for each embedding in the report. */
export interface AddedIntent extends CustomIntent {
  /** Redacted, one for each embedding. */
  readonly texts: readonly string[];
}

/**
 * What an intent would do before it does it. Each of its examples is left out in turn, the prototype made of the others,
 * and the example scored as a customer's words would be. The examples of the tenant's other intents are left out in turn
 * likewise: one that was told right and would now be told as the new intent is named.
 *
 * Default intents have no examples here, only prototypes, and a prototype is always nearest to itself. So for them it is
 * looked at the other way round: it is told what each new example is told as today, which is what that intent loses (no
 * doubt by itself: to tell a special case apart may be the aim); and an intent that has a share in the new prototype
 * itself is a doubt, since the texts around both would be told as either.
 */
export function leaveOneOut(
  index: IntentIndex,
  others: readonly CustomIntent[],
  added: AddedIntent,
  options: IntentOptions,
): IntentReport {
  const before = withCustomIntents(index, others);
  const prototype = prototypeOf(added.embeddings);
  const withoutEach = prototypesWithoutEach(added.embeddings);
  const examples = added.embeddings.map((embedding, i) => {
    const rest = withoutEach[i]!;
    const unit = unitRows(embedding, embedding.length);
    const told = toldAs(withPrototype(before, added.name, rest), unit);
    const nearest = nearestFirst(before, unit)[0];
    return {
      number: i + 1,
      text: added.texts[i] ?? '',
      today: toldAs(before, unit),
      told,
      right: told === added.name,
      cosine: rounded(dot(unit, rest)),
      nearest: nearest?.name ?? '',
      nearestCosine: rounded(nearest?.cosine ?? 0),
    };
  });
  const customNames = new Set(others.map(({ name }) => name));
  const neighbours = nearestFirst(before, prototype)
    .slice(0, options.maxNeighbours)
    .map(({ name, cosine }) => ({ name, cosine: rounded(cosine), custom: customNames.has(name) }));
  const shown = {
    name: added.name,
    examples,
    toldRight: examples.filter(({ right }) => right).length,
    neighbours,
    takes: others.flatMap((other) => taken(before, other, prototype)),
  };
  const doubts = doubtsOf(shown, index.scale, options);
  return { ...shown, recommended: doubts.length === 0, doubts };
}

/** Examples of another intent that were told right by the others of it, and are nearer to the new prototype. */
function taken(before: IntentIndex, other: CustomIntent, prototype: Float32Array): IntentReport['takes'] {
  if (other.embeddings.length < 2) return [];
  const withoutEach = prototypesWithoutEach(other.embeddings);
  const lost = other.embeddings.flatMap((embedding, i) => {
    const unit = unitRows(embedding, embedding.length);
    const rest = withoutEach[i]!;
    // Custom intents rank among themselves by cosine: only these can be lost, and few need the whole scoring.
    if (dot(unit, prototype) <= dot(unit, rest)) return [];
    return toldAs(withPrototype(before, other.name, rest), unit) === other.name ? [i + 1] : [];
  });
  return lost.length === 0 ? [] : [{ name: other.name, examples: lost, of: other.embeddings.length }];
}

/** Of a text; null: out of scope. */
function toldAs(index: IntentIndex, unit: Float32Array): string | null {
  const { intents, outOfScope } = scoreIntents(index, unit);
  return outOfScope ? null : (intents[0]?.name ?? null);
}

/** The index with one custom prototype put in place of that name's, or beside the others. */
function withPrototype(index: IntentIndex, name: string, prototype: Float32Array): IntentIndex {
  const { names = [], prototypes = new Float32Array(0) } = index.custom ?? {};
  const at = names.indexOf(name);
  const row = at < 0 ? names.length : at;
  const rows = new Float32Array(Math.max(prototypes.length, (row + 1) * prototype.length));
  rows.set(prototypes);
  rows.set(prototype, row * prototype.length);
  return { ...index, custom: { names: at < 0 ? [...names, name] : names, prototypes: rows } };
}

const nearestFirst = (index: IntentIndex, unit: Float32Array) =>
  intentCosines(index, unit).sort((a, b) => b.cosine - a.cosine);

type Shown = Omit<IntentReport, 'recommended' | 'doubts'>;

function doubtsOf(
  { name, examples, toldRight, neighbours, takes }: Shown,
  scale: number,
  options: IntentOptions,
): IntentReport['doubts'] {
  const doubts: IntentReport['doubts'] = [];
  const least = leastOf(options.minToldRight, examples.length);
  if (toldRight < least) {
    const wrong = examples.filter(({ right }) => !right);
    const as = wrong.map(({ number, told }) => `${number} as ${told ?? 'out of scope'}`).join(', ');
    const message = `${toldRight} of ${examples.length} examples are told right when left out, ${least} are wanted: ${as}.`;
    doubts.push({ doubt: 'too_few_told_right', message });
  }
  for (const { name: other, examples: lost, of } of takes) {
    if (lost.length <= options.maxTaken * of) continue;
    const message = `${lost.length} of ${of} examples of ${other} would be told as ${name}: ${lost.join(', ')}.`;
    doubts.push({ doubt: 'takes_examples', message });
  }
  const tooNear = 1 + Math.log(options.maxNeighbourShare) / scale;
  for (const { name: other, cosine } of neighbours.filter((one) => one.cosine >= tooNear)) {
    const message = `It means nearly the same as ${other}: cosine ${cosine.toFixed(2)}, ${tooNear.toFixed(2)} is too near.`;
    doubts.push({ doubt: 'near_intent', message });
  }
  return doubts;
}

/** The least count that is this share; a product a rounding error above a whole number is that number. */
const leastOf = (share: number, count: number): number => Math.ceil(share * count - 1e-9);
