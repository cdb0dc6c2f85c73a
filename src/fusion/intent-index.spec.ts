import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readNpz } from '../models/runtime/npz';
import { activeAt, type HeardIntent, hearIntents } from './active-intents';
import { FUSION_DEFAULTS } from './fusion-options';
import { intentEmbedding, parseIntentIndex, scoreIntents } from './intent-index';

const folder = join(__dirname, '../../models/text-minilm');
const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const index = parseIntentIndex(manifest, readNpz(readFileSync(join(folder, 'prototypes.npz'))));
const golden = readNpz(readFileSync(join(folder, 'golden.npz')));
const embedding = (name: string): Float32Array =>
  golden.get(`model/${name}/out/embedding`)?.data ?? new Float32Array(0);

describe('intent index', () => {
  it('tells the intent of a request', () => {
    // "hi, where can i see my invoice"
    const invoice = scoreIntents(index, embedding('invoice'));
    expect(invoice.intents[0]?.name).toBe('check_invoice');
    expect(invoice.intents[0]?.score).toBeGreaterThan(0.5);
    expect(invoice.outOfScope).toBe(false);
  });

  it('takes the out-of-scope prototype for out of scope, and every prototype for its own intent', () => {
    expect(scoreIntents(index, index.outOfScope).outOfScope).toBe(true);
    index.names.forEach((name, i) => {
      const { intents, outOfScope } = scoreIntents(index, index.prototypes.subarray(i * 384, (i + 1) * 384));
      expect([intents[0]?.name, outOfScope]).toEqual([name, false]);
    });
  });

  it('scores do not depend on the length of the embedding and never pass 1 in sum', () => {
    const vector = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 384, maxLength: 384 });
    fc.assert(
      fc.property(vector, fc.constantFrom(0.5, 2, 64), (numbers, factor) => {
        const one = scoreIntents(index, Float32Array.from(numbers));
        const other = scoreIntents(
          index,
          Float32Array.from(numbers, (n) => n * factor),
        );
        expect(other.intents[0]?.score).toBeCloseTo(one.intents[0]?.score ?? NaN, 5);
        expect(one.intents.reduce((sum, { score }) => sum + score, 0)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses arrays that do not fit the manifest', () => {
    expect(() => parseIntentIndex(manifest, new Map())).toThrow('prototypes must be of shape [27, width]');
    const one = { shape: [27, 2], data: new Float32Array(54) };
    expect(() => parseIntentIndex(manifest, new Map([['prototypes', one]]))).toThrow('outOfScope must be');
    expect(() => scoreIntents(index, new Float32Array(3))).toThrow('384 numbers, not 3');
  });

  it('moves the words by what the gate lets through, and keeps the norm', () => {
    const words = Float32Array.of(1, 0);
    const vector = Float32Array.of(0, 1);
    expect(intentEmbedding(words)).toBe(words);
    expect(intentEmbedding(words, { vector, gate: 0 })).toBe(words);
    const moved = intentEmbedding(words, { vector, gate: 1 });
    expect(moved[0]).toBeCloseTo(Math.SQRT1_2);
    expect(moved[1]).toBeCloseTo(Math.SQRT1_2);
  });
});

describe('active intents', () => {
  const scored = (...pairs: [string, number][]) => ({
    intents: pairs.map(([name, score]) => ({ name, score })),
    outOfScope: false,
  });
  const hear = (active: HeardIntent[], endMs: number, ...pairs: [string, number][]) =>
    hearIntents(active, scored(...pairs), { textId: `u-${endMs}`, endMs }, FUSION_DEFAULTS);

  it('decay linearly over 60 s and go', () => {
    const heard = hear([], 10_000, ['get_refund', 0.8], ['complaint', 0.05]);
    const scores = [10_000, 40_000, 60_000, 70_000].map((t) => activeAt(heard, t, FUSION_DEFAULTS)[0]?.score);
    expect(scores).toEqual([0.8, 0.4, 0.1333, undefined]);
    expect(activeAt(heard, 10_000, FUSION_DEFAULTS)).toEqual([
      { name: 'get_refund', score: 0.8, sources: ['u-10000'], lastMs: 10_000 },
    ]);
  });

  it('keep the higher score and all sources when heard again', () => {
    const heard = hear(hear([], 0, ['get_refund', 0.8]), 30_000, ['get_refund', 0.3]);
    expect(heard).toEqual([{ name: 'get_refund', score: 0.4, sources: ['u-0', 'u-30000'], lastMs: 30_000 }]);
  });

  it('stay as they are when something out of scope is said', () => {
    const heard = hear([], 0, ['get_refund', 0.8]);
    const after = hearIntents(
      heard,
      { ...scored(['review', 0.2]), outOfScope: true },
      { textId: 'u', endMs: 5 },
      FUSION_DEFAULTS,
    );
    expect(after).toEqual(heard);
  });

  it('are bounded, with bounded sources', () => {
    const step = fc.record({
      name: fc.integer({ min: 0, max: 26 }).map((i) => index.names[i] ?? ''),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      gapMs: fc.nat(4000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let heard: HeardIntent[] = [];
        let now = 0;
        for (const { name, score, gapMs } of steps) {
          now += gapMs;
          heard = hear(heard, now, [name, score]);
          const active = activeAt(heard, now, FUSION_DEFAULTS);
          expect(heard.length).toBeLessThanOrEqual(8);
          for (const { sources, score: s } of active) {
            expect(sources.length).toBeGreaterThanOrEqual(1);
            expect(sources.length).toBeLessThanOrEqual(8);
            expect(s).toBeGreaterThanOrEqual(FUSION_DEFAULTS.intentFloor);
          }
        }
      }),
    );
  });
});
