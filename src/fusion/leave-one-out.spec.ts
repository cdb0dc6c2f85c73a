import type { IntentIndex } from './intent-index';
import { INTENT_DEFAULTS } from './intent-options';
import { leaveOneOut as leaveOneOutSteps } from './leave-one-out';
import { finished } from './steps';
import { unitRows } from './unit-vectors';

const WIDTH = 4;
const index: IntentIndex = {
  names: ['get_refund', 'complaint'],
  prototypes: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0),
  outOfScope: unitRows(Float32Array.of(0, 0, 1, 1), WIDTH),
  scale: 20,
  outOfScopeMinProbability: 0.5,
  customMinCosine: 0.5,
};
/** The direction with a little of the first axis, more with each example. */
const about = (direction: readonly number[], count: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) =>
    unitRows(
      Float32Array.from(direction, (value, axis) => value + (axis === 0 ? 0.05 * i : 0)),
      WIDTH,
    ),
  );
const leaveOneOut = (...of: Parameters<typeof leaveOneOutSteps>) => finished(leaveOneOutSteps(...of));
const added = (name: string, embeddings: readonly Float32Array[]) => ({
  name,
  embeddings,
  texts: embeddings.map((_, i) => `text ${i + 1}`),
});
const menu = about([0, 0, 1, 0], 5);

describe('leave-one-out', () => {
  it('recommends an intent whose examples tell each other', () => {
    const report = leaveOneOut(index, [], added('ask_for_menu', menu), INTENT_DEFAULTS);
    expect(report).toMatchObject({ name: 'ask_for_menu', toldRight: 5, recommended: true, doubts: [], takes: [] });
    expect(report.examples[4]).toMatchObject({
      number: 5,
      text: 'text 5',
      told: 'ask_for_menu',
      nearest: 'get_refund',
    });
    expect(report.neighbours.map(({ name, custom }) => [name, custom])).toEqual([
      ['get_refund', false],
      ['complaint', false],
    ]);
  });

  it('judges each example by the others alone', () => {
    const stray = unitRows(Float32Array.of(0, 0, -1, 0), WIDTH);
    const report = leaveOneOut(index, [], added('ask_for_menu', [...menu.slice(1), stray]), INTENT_DEFAULTS);
    expect(report.examples.map(({ right }) => right)).toEqual([true, true, true, true, false]);
    expect(report.examples[4]!.cosine).toBeLessThan(-0.9);
    expect(report).toMatchObject({ toldRight: 4, recommended: true });
  });

  it('names the examples that are told as something else', () => {
    const mixed = [...menu.slice(0, 3), ...about([1, 0, 0.2, 0], 2)];
    const report = leaveOneOut(index, [], added('ask_for_menu', mixed), INTENT_DEFAULTS);
    expect(report.recommended).toBe(false);
    expect(report.doubts).toContainEqual({
      doubt: 'too_few_told_right',
      message: '3 of 5 examples are told right when left out, 4 are wanted: 4 as get_refund, 5 as get_refund.',
    });
  });

  it('tells what each example is told as today', () => {
    const refunds = about([1, 0, 0.9, 0], 5);
    const report = leaveOneOut(index, [], added('refund_of_menu', refunds), INTENT_DEFAULTS);
    expect(report.examples.map(({ today }) => today)).toEqual(refunds.map(() => 'get_refund'));
    expect(report.toldRight).toBe(5);
    const menus = leaveOneOut(index, [], added('ask_for_menu', menu.slice(0, 2)), INTENT_DEFAULTS);
    expect(menus.examples.map(({ today }) => today)).toEqual([null, null]);
  });

  it('names the examples of other own intents that it would take', () => {
    const others = [{ name: 'opening_hours', embeddings: [...about([0, 0, 0.8, 1], 4), ...about([0, 0, 1, 0.9], 1)] }];
    const report = leaveOneOut(index, others, added('ask_for_menu', about([0, 0, 1, 0.7], 5)), INTENT_DEFAULTS);
    expect(report.takes).toEqual([{ name: 'opening_hours', examples: [5], of: 5 }]);
    expect(report.doubts).toContainEqual({
      doubt: 'takes_examples',
      message: '1 of 5 examples of opening_hours would be told as ask_for_menu: 5.',
    });
  });

  it('may take a few of many examples, and counts shares exactly', () => {
    const hours = Array.from({ length: 19 }, () => about([0, 0, 0.3, 1], 1)[0]!);
    const others = [{ name: 'opening_hours', embeddings: [...hours, ...about([0, 0, 1, 0.9], 1)] }];
    const few = leaveOneOut(index, others, added('ask_for_menu', about([0, 0, 1, 0.5], 5)), INTENT_DEFAULTS);
    expect([few.takes[0]?.examples, few.doubts]).toEqual([[20], []]);
    // 0.55 * 20 is 11.000000000000002
    const strays = Array.from({ length: 9 }, (_, i) => unitRows(Float32Array.of(1, 0, 0, -0.1 * i), WIDTH));
    const mixed = added('ask_for_menu', [...about([0, 0, 1, 0], 11), ...strays]);
    const report = leaveOneOut(index, [], mixed, { ...INTENT_DEFAULTS, minToldRight: 0.55 });
    expect([report.toldRight, report.doubts]).toEqual([11, []]);
  });

  it('leaves several examples out together where there are more than rounds', () => {
    const strays = Array.from({ length: 11 }, (_, i) => unitRows(Float32Array.of(1, 0, 0, -0.1 * i), WIDTH));
    const mixed = added('ask_for_menu', [...about([0, 0, 1, 0], 12), ...strays]);
    const report = leaveOneOut(index, [], mixed, INTENT_DEFAULTS);
    expect(report.examples.map(({ number }) => number)).toEqual(mixed.embeddings.map((_, i) => i + 1));
    expect(report.examples.map(({ right }) => right)).toEqual(mixed.embeddings.map((_, i) => i < 12));
  });

  it('tells like intents apart by what is fitted, as it will be live', () => {
    // the first axis says nothing and varies most, the last, which tells them apart, is small: means confuse both
    const like = (sign: number, firsts: readonly number[]) =>
      firsts.map((first) => unitRows(Float32Array.of(first, 0, 1, sign * 0.15), WIDTH));
    const others = [{ name: 'opening_hours', embeddings: like(-1, [0.5, 0.45, 0.4, -0.45, -0.4]) }];
    const report = leaveOneOut(
      index,
      others,
      added('ask_for_menu', like(1, [0.5, 0.45, -0.5, -0.45, -0.4])),
      INTENT_DEFAULTS,
    );
    expect(report.examples.map(({ told }) => told)).toEqual(report.examples.map(() => 'ask_for_menu'));
    expect(report.takes).toEqual([]);
  });

  it('doubts an intent that stands where a default one stands', () => {
    const report = leaveOneOut(index, [], added('money_back', about([1, 0, 0.05, 0], 5)), INTENT_DEFAULTS);
    expect(report.doubts).toContainEqual({
      doubt: 'near_intent',
      message: expect.stringContaining('nearly the same as get_refund'),
    });
  });
});
