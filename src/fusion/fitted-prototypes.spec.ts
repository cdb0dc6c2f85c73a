import * as fc from 'fast-check';
import { type CustomIntent, customPrototypes } from './custom-intents';
import { FIT_DEFAULTS, type FitOptions } from './fitted-prototypes';
import { finished } from './steps';
import { dot, unitRows } from './unit-vectors';

const WIDTH = 4;
const unit = (...numbers: number[]): Float32Array => unitRows(Float32Array.from(numbers), WIDTH);
const made = (intents: readonly CustomIntent[], options?: FitOptions) => finished(customPrototypes(intents, options));
const row = (rows: Float32Array, at: number): Float32Array => rows.subarray(at * WIDTH, (at + 1) * WIDTH);
const named = (sets: readonly (readonly Float32Array[])[]) =>
  sets.map((embeddings, i) => ({ name: `own_${i}`, embeddings }));
/** Which row each example is nearest to. */
const told = (rows: Float32Array, { embeddings }: CustomIntent, count: number): number[] =>
  embeddings.map((one) => {
    const cosines = Array.from({ length: count }, (_, at) => dot(one, row(rows, at)));
    return cosines.indexOf(Math.max(...cosines));
  });

const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: WIDTH, maxLength: WIDTH })
  .filter((numbers) => Math.hypot(...numbers) > 0.1)
  .map((numbers) => unit(...numbers));
const intents = fc.array(fc.array(vector, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 6 }).map(named);

describe('fitted prototypes', () => {
  // Both ask about a card: the second axis alone tells them apart, and the third, which varies, hides it from the means.
  const lost = { name: 'lost', embeddings: [unit(1, 0.3, 0.9, 0), unit(1, 0.3, 0.8, 0), unit(1, 0.3, -0.9, 0)] };
  const late = { name: 'late', embeddings: [unit(1, -0.3, 0.9, 0), unit(1, -0.3, -0.9, 0), unit(1, -0.3, -0.8, 0)] };

  it('tell apart what means confuse', () => {
    const { prototypes, fitted } = made([lost, late]);
    expect(told(prototypes, lost, 2)).not.toEqual([0, 0, 0]);
    expect([told(fitted, lost, 2), told(fitted, late, 2)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  it('tell texts that were no examples by what tells the examples apart', () => {
    const { fitted } = made([lost, late]);
    const texts = [unit(1, 0.2, -1, 0), unit(1, -0.2, 1, 0)];
    expect(told(fitted, { name: 'any', embeddings: texts }, 2)).toEqual([0, 1]);
  });

  it('are unit vectors, the same each time, and the mean where there is one intent', () => {
    fc.assert(
      fc.property(intents, (some) => {
        const { fitted } = made(some);
        some.forEach((_, at) => expect(dot(row(fitted, at), row(fitted, at))).toBeCloseTo(1, 4));
        expect(made(some).fitted).toEqual(fitted);
        const alone = made(some.slice(0, 1));
        expect(alone.fitted).toEqual(alone.prototypes);
      }),
      { numRuns: 30 },
    );
  });

  it('leave intents alone that nothing is confused with', () => {
    const far = named([
      [unit(1, 0.1, 0, 0), unit(1, 0, 0.1, 0)],
      [unit(0, 0, 0.1, 1), unit(0.1, 0, 0, 1)],
    ]);
    const { prototypes, fitted } = made(far);
    far.forEach((_, at) => expect(dot(row(fitted, at), row(prototypes, at))).toBeGreaterThan(0.9999));
  });

  it('do not depend on the order of the intents', () => {
    // As sentences lie: no two point apart (cosines from 0 on). Opposite examples cancel out, and rounding says where their
    // mean lies.
    const near = ([first, ...rest]: Float32Array) => unit(1 + Math.abs(first!), ...rest);
    const sentences = intents.map((some) =>
      some.map(({ name, embeddings }) => ({ name, embeddings: embeddings.map(near) })),
    );
    fc.assert(
      fc.property(sentences, (some) => {
        const forward = made(some).fitted;
        const back = made([...some].reverse()).fitted;
        some.forEach((_, at) => {
          // a pull beside the least one that counts may be taken in one order and left out in the other
          expect(dot(row(forward, at), row(back, some.length - 1 - at))).toBeGreaterThan(0.99);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('pause once a step, so that other work goes on between', () => {
    const steps = customPrototypes([lost, late]);
    let pauses = 0;
    while (steps.next().done !== true) pauses++;
    expect(pauses).toBeGreaterThanOrEqual(FIT_DEFAULTS.steps);
  });

  it('are told apart from the nearest rivals only', () => {
    const third = { name: 'far', embeddings: [unit(0, 0, 0, 1)] };
    const options = { ...FIT_DEFAULTS, maxRivals: 1 };
    const { fitted } = made([lost, late, third], options);
    expect([told(fitted, lost, 3), told(fitted, late, 3)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });
});
