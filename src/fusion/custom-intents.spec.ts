import * as fc from 'fast-check';
import { type CustomIntent, prototypeOf, withCustomIntents as withSteps } from './custom-intents';
import { intentCosines, type IntentIndex, scoreIntents } from './intent-index';
import { finished } from './steps';
import { dot, unitRows } from './unit-vectors';

const WIDTH = 6;
const SCALE = 20;
const index: IntentIndex = {
  names: ['get_refund', 'complaint', 'track_order'],
  prototypes: unitRows(Float32Array.of(1, 0, 0, 0, 0.2, 0, 0, 1, 0, 0, 0, 0, 0.5, 0, 1, 0, 0, 0), WIDTH),
  outOfScope: Float32Array.of(0, 0, 0, 1, 0, 0),
  scale: SCALE,
  outOfScopeMinProbability: 0.5,
  customMinCosine: 0.5,
};
const withCustomIntents = (of: IntentIndex, intents: readonly CustomIntent[]): IntentIndex =>
  finished(withSteps(of, intents));
const unit = (...numbers: number[]): Float32Array => unitRows(Float32Array.from(numbers), WIDTH);
const menu = { name: 'ask_for_menu', embeddings: [unit(0, 0, 0, 0.4, 0, 1), unit(0, 0.2, 0, 0.6, 0, 1)] };

const beside = (text: Float32Array, name: string): number =>
  intentCosines(index, text).find((one) => one.name === name)!.cosine;

const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: WIDTH, maxLength: WIDTH })
  .filter((numbers) => Math.hypot(...numbers) > 0.01)
  .map((numbers) => unit(...numbers));
const custom = fc.array(fc.array(vector, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
const named = (examples: readonly Float32Array[][]) =>
  examples.map((embeddings, i) => ({ name: `own_${i}`, embeddings }));

describe('a prototype', () => {
  it('is the normalised mean of normalised examples, whatever their length', () => {
    const mean = prototypeOf([Float32Array.of(3, 0), Float32Array.of(0, 0.5)]);
    expect([...mean]).toEqual([expect.closeTo(Math.SQRT1_2, 6), expect.closeTo(Math.SQRT1_2, 6)]);
  });
});

describe('custom intents beside the default ones', () => {
  it('leave the defaults in their ratios to each other, and with them in their order', () => {
    fc.assert(
      fc.property(vector, custom, (text, examples) => {
        const alone = scoreIntents(index, text);
        const beside = scoreIntents(withCustomIntents(index, named(examples)), text);
        const scoreOf = (name: string): number => beside.intents.find((one) => one.name === name)!.score;
        const shares = alone.intents.map(({ name, score }) => scoreOf(name) / score);
        for (const share of shares) expect(share / shares[0]!).toBeCloseTo(1, 5);
        const scores = beside.intents.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((one, other) => other - one));
        expect(beside.intents.reduce((sum, { score }) => sum + score, 0)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it('change nothing at all for a text that is near none of them', () => {
    fc.assert(
      fc.property(vector, custom, (text, examples) => {
        const both = withCustomIntents(index, named(examples));
        const near = intentCosines(both, text).slice(index.names.length);
        fc.pre(near.every(({ cosine }) => cosine < index.customMinCosine));
        expect(scoreIntents(both, text)).toEqual(scoreIntents(index, text));
      }),
    );
  });

  it('put a text in scope from the least cosine on, as near as the nearest mean, and rank by what is fitted', () => {
    fc.assert(
      fc.property(vector, custom, (text, examples) => {
        const own = named(examples);
        const both = withCustomIntents(index, own);
        const near = intentCosines(both, text)
          .slice(index.names.length)
          .filter(({ cosine }) => cosine >= index.customMinCosine)
          .sort((a, b) => b.cosine - a.cosine);
        fc.pre(near.length > 0);
        const { intents, outOfScope } = scoreIntents(both, text);
        expect(outOfScope).toBe(false);
        const told = intents.filter(({ name }) => name.startsWith('own_'));
        const { names, fitted } = both.custom!;
        const fittedCosine = ({ name }: { name: string }) => {
          const at = names.indexOf(name) * WIDTH;
          return dot(text, fitted.subarray(at, at + WIDTH));
        };
        const nearFirst = [...near].sort((a, b) => fittedCosine(b) - fittedCosine(a));
        expect(told.map(({ name }) => name).sort()).toEqual(near.map(({ name }) => name).sort());
        expect(fittedCosine(told[0]!)).toBeCloseTo(fittedCosine(nearFirst[0]!), 6);
        // the best against a default one: as far as the nearest mean is
        const against = beside(text, index.names[0]!);
        const lift = scoreIntents(index, text).outOfScope ? Math.max(0, dot(text, index.outOfScope) - 0.5) : 0;
        const score = intents.find(({ name }) => name === index.names[0])!.score;
        fc.pre(score > 1e-12);
        expect(Math.log(told[0]!.score / score)).toBeCloseTo(SCALE * (near[0]!.cosine + lift - against), 3);
      }),
    );
  });

  it('are told where the defaults alone say out of scope, and half as likely as not at the least cosine', () => {
    const both = withCustomIntents(index, [menu]);
    const text = unit(0, 0, 0, 1, 0, 0.9);
    expect(scoreIntents(index, text).outOfScope).toBe(true);
    const { intents, outOfScope } = scoreIntents(both, text);
    expect([intents[0]?.name, outOfScope]).toEqual(['ask_for_menu', false]);
    expect(intents[0]!.score).toBeGreaterThan(0.5);

    const prototype = both.custom!.prototypes;
    const across = unitRows(
      index.outOfScope.map((value, i) => value - dot(index.outOfScope, prototype) * prototype[i]!),
      WIDTH,
    );
    const atLeast = prototype.map((value, i) => 0.5001 * value + Math.sqrt(1 - 0.5001 ** 2) * across[i]!);
    expect(scoreIntents(index, atLeast).outOfScope).toBe(true);
    expect(scoreIntents(both, atLeast).intents[0]).toEqual({ name: 'ask_for_menu', score: expect.closeTo(0.5, 1) });
  });

  it('do not take what a default intent is nearer to', () => {
    const both = withCustomIntents(index, [{ name: 'own', embeddings: [unit(1, 0.8, 0, 0, 0, 0)] }]);
    expect(scoreIntents(both, unit(1, 0.1, 0, 0, 0.1, 0)).intents[0]?.name).toBe('get_refund');
  });

  it('go with the last of them', () => {
    const both = withCustomIntents(index, [menu]);
    expect(withCustomIntents(both, [])).toEqual({ ...index, custom: undefined });
  });
});
