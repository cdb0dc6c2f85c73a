import type { IntentReport } from '@rapport-live/protocol';
import { type CustomIntent, prototypeOf, withCustomIntents } from './custom-intents';
import { intentCosines, type IntentIndex, scoreIntents } from './intent-index';
import type { IntentOptions } from './intent-options';
import { rounded } from './rounding';
import type { Steps } from './steps';
import { unitRows } from './unit-vectors';

/** The added intent with what stands for each embedding in the report. */
export interface AddedIntent extends CustomIntent {
  /** Redacted, one for each embedding. */
  readonly texts: readonly string[];
}

/**
 * What an intent would do before it does it. Its examples are left out in turn, and so are those of the tenant's other
 * intents, prototypes made of the rest as they are made to be live, and the examples left out scored as a customer's words
 * would be. One of another intent that was told right and would now be told as the new intent is named. There are at most
 * `maxRounds` rounds: of more examples several are left out together.
 *
 * Default intents have no examples here, only prototypes, and a prototype is always nearest to itself. So for them it is
 * looked at the other way round: it is told what each new example is told as today, which is what that intent loses (no
 * doubt by itself: to tell a special case apart may be the aim); and an intent that has a share in the new prototype
 * itself is a doubt, since the texts around both would be told as either.
 */
export function* leaveOneOut(
  index: IntentIndex,
  others: readonly CustomIntent[],
  added: AddedIntent,
  options: IntentOptions,
): Steps<IntentReport> {
  const before = yield* withCustomIntents(index, others);
  const all = [...others, added];
  const rounds = Math.min(options.maxRounds, Math.max(...all.map(({ embeddings }) => embeddings.length)));
  const examples: IntentReport['examples'] = [];
  const lost = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const after = yield* withCustomIntents(index, withoutRound(all, round, rounds));
    const takenNow = others.flatMap((other) =>
      leftOut(other, round, rounds)
        .filter((i) => toldAs(after, other.embeddings[i]!) === added.name)
        .map((i) => ({ other, i })),
    );
    yield;
    // most rounds take nothing, and what it was before need not be known
    if (takenNow.length > 0) {
      const beforeRound = yield* withCustomIntents(index, withoutRound(others, round, rounds));
      for (const { other, i } of takenNow) {
        if (toldAs(beforeRound, other.embeddings[i]!) !== other.name) continue;
        lost.set(other.name, [...(lost.get(other.name) ?? []), i + 1]);
      }
    }
    for (const i of leftOut(added, round, rounds)) examples.push(shownExample(before, after, added, i));
  }
  examples.sort((a, b) => a.number - b.number);
  const customNames = new Set(others.map(({ name }) => name));
  const neighbours = nearestFirst(before, prototypeOf(added.embeddings))
    .slice(0, options.maxNeighbours)
    .map(({ name, cosine }) => ({ name, cosine: rounded(cosine), custom: customNames.has(name) }));
  const shown = {
    name: added.name,
    examples,
    toldRight: examples.filter(({ right }) => right).length,
    neighbours,
    takes: others.flatMap(({ name, embeddings }) => {
      const numbers = lost.get(name)?.sort((a, b) => a - b);
      return numbers === undefined ? [] : [{ name, examples: numbers, of: embeddings.length }];
    }),
  };
  const doubts = doubtsOf(shown, index.scale, options);
  return { ...shown, recommended: doubts.length === 0, doubts };
}

/** What a round leaves out of an intent, by index; nothing where nothing would stay. */
function leftOut({ embeddings }: CustomIntent, round: number, rounds: number): number[] {
  return embeddings.length < 2 ? [] : [...embeddings.keys()].filter((i) => i % rounds === round);
}

function withoutRound(intents: readonly CustomIntent[], round: number, rounds: number): CustomIntent[] {
  return intents.map((intent) => {
    const out = new Set(leftOut(intent, round, rounds));
    return { name: intent.name, embeddings: intent.embeddings.filter((_, i) => !out.has(i)) };
  });
}

/** after: without the example. */
function shownExample(
  before: IntentIndex,
  after: IntentIndex,
  { name, texts, embeddings }: AddedIntent,
  i: number,
): IntentReport['examples'][number] {
  const unit = unitRows(embeddings[i]!, embeddings[i]!.length);
  const told = toldAs(after, unit);
  const nearest = nearestFirst(before, unit)[0];
  const own = intentCosines(after, unit).find((one) => one.name === name);
  return {
    number: i + 1,
    text: texts[i] ?? '',
    today: toldAs(before, unit),
    told,
    right: told === name,
    cosine: rounded(own?.cosine ?? 0),
    nearest: nearest?.name ?? '',
    nearestCosine: rounded(nearest?.cosine ?? 0),
  };
}

/** Of a text; null: out of scope. */
function toldAs(index: IntentIndex, embedding: Float32Array): string | null {
  const { intents, outOfScope } = scoreIntents(index, embedding);
  return outOfScope ? null : (intents[0]?.name ?? null);
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
