import { EMOTIONS, MODALITIES, type Modality } from '@rapport-live/protocol';
import * as fc from 'fast-check';
import { calibrate, type FusionCalibration } from './calibration';
import { shapley } from './contribution';
import { type Subset, subsetKey, subsetsOf } from './subsets';

const values = (entries: Record<string, number>) => (subset: Subset) => entries[subsetKey(subset)] ?? NaN;
const anySubset = fc.subarray([...MODALITIES], { minLength: 1 });

describe('subsetsOf', () => {
  it('lists the full set first and every other one once', () => {
    expect(subsetsOf(MODALITIES).map(subsetKey)).toEqual([
      'voice+face+text',
      'voice+face',
      'voice+text',
      'face+text',
      'voice',
      'face',
      'text',
    ]);
    expect(subsetsOf(['face']).map(subsetKey)).toEqual(['face']);
  });
});

describe('shapley', () => {
  it('gives a modality alone all there is above the baseline', () => {
    expect(shapley(['face'], () => 0.9, 0.1)).toEqual({ face: 0.8 });
  });

  it('is the mean gain over both orders of two', () => {
    const shares = shapley(['voice', 'text'], values({ voice: 0.5, text: 0.3, 'voice+text': 0.9 }), 0.1);
    // voice first: .4, then text .4; text first: .2, then voice .6
    expect(shares.voice).toBeCloseTo(0.5, 12);
    expect(shares.text).toBeCloseTo(0.3, 12);
  });

  it('sums to the gain of the full set, with networks of any opinion', () => {
    const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 49, maxLength: 49 });
    const temperatures = Object.fromEntries(subsetsOf(MODALITIES).map((s, i) => [subsetKey(s), 0.5 + i / 4]));
    const calibration = { labels: EMOTIONS, temperatures, valenceArousal: {} } as unknown as FusionCalibration;
    fc.assert(
      fc.property(anySubset, logits, fc.nat(6), (present, numbers, label) => {
        const subsets = subsetsOf(present);
        const value = (subset: Subset): number => {
          const row = subsets.findIndex((one) => subsetKey(one) === subsetKey(subset));
          return calibrate(numbers.slice(row * 7, row * 7 + 7), EMOTIONS, subset, calibration)[label] ?? NaN;
        };
        const shares = shapley(present, value, 1 / 7);
        expect(Object.keys(shares).sort()).toEqual([...present].sort());
        const sum = Object.values(shares).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(value(present) - 1 / 7, 9);
      }),
    );
  });

  it('gives nothing to a modality that changes nothing, and as much to two that are alike', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, two) => {
          // text never matters; voice and face count the same
          const value = (subset: Subset): number => {
            const heard = subset.filter((modality: Modality) => modality !== 'text').length;
            return heard === 0 ? 0.1 : heard === 1 ? one : two;
          };
          const shares = shapley(MODALITIES, value, 0.1);
          expect(shares.text).toBeCloseTo(0, 12);
          expect(shares.voice).toBeCloseTo(shares.face ?? NaN, 12);
        },
      ),
    );
  });
});
