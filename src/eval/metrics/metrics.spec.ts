import { bootstrap } from './bootstrap';
import { calibrationError, reliability } from './calibration';
import { Confusion } from './confusion';
import { accuracy, type Judged, macroRecall } from './judged';
import { f1, macroF1 } from './macro-f1';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('bootstrap', () => {
  it('holds the mean, narrows with more items, and is the same each time', () => {
    const values = (count: number) => Array.from({ length: count }, (_, i) => i % 2);
    const [few, many] = [bootstrap(values(20), mean), bootstrap(values(2000), mean)];
    expect(few.value).toBe(0.5);
    expect(few.low).toBeLessThan(0.5);
    expect(few.high).toBeGreaterThan(0.5);
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 5);
    // of 20 coins the middle 95 % of the mean are within 0.5 -+ 1.96 x 0.5 / sqrt(20)
    expect(few.high - few.low).toBeCloseTo(0.438, 0);
    expect(bootstrap(values(20), mean)).toEqual(few);
  });

  it('draws whole groups: a hundred clips of two speakers are two', () => {
    const clips = Array.from({ length: 100 }, (_, i) => ({ speaker: i % 2, right: i % 2 }));
    const share = (some: typeof clips): number => mean(some.map(({ right }) => right));
    const bySpeaker = bootstrap(
      clips,
      (some) => share([...some]),
      ({ speaker }) => speaker,
    );
    expect([bySpeaker.low, bySpeaker.high]).toEqual([0, 1]);
  });
});

describe('calibrationError', () => {
  it('is the distance of confidence and accuracy, weighted by the bins', () => {
    const told = [
      ...Array.from({ length: 30 }, (_, i) => ({ confidence: 0.9, right: i < 21 })),
      ...Array.from({ length: 10 }, (_, i) => ({ confidence: 0.5, right: i < 5 })),
    ];
    expect(calibrationError(told)).toBeCloseTo((0.2 * 30) / 40);
    expect(reliability(told).map(({ count, accuracy: share }) => [count, share])).toEqual([
      [10, 0.5],
      [30, 0.7],
    ]);
    expect(calibrationError([{ confidence: 1, right: true }])).toBe(0);
    expect(calibrationError([])).toBe(0);
  });
});

describe('Confusion', () => {
  const confusion = Confusion.of(
    ['a', 'b', 'c'],
    [
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'b'],
      ['b', 'b'],
    ],
  );

  it('counts rows of the truth, and leaves labels that do not occur out of the mean', () => {
    expect(confusion.count('a', 'b')).toBe(1);
    expect(confusion.recall('a')).toBe(0.5);
    expect(confusion.recall('c')).toBeUndefined();
    expect(confusion.macroRecall).toBe(0.75);
    expect(confusion.accuracy).toBe(0.75);
  });
});

describe('macroRecall and accuracy of judged items', () => {
  const judged = (truth: string, answer: string): Judged => ({
    truth,
    answer,
    told: { confidence: 0.5, right: truth === answer },
  });

  it('weigh classes alike, and items alike; an answer that is no class is wrong', () => {
    const items = [judged('joy', 'joy'), judged('joy', 'joy'), judged('joy', 'joy'), judged('fear', 'anger')];
    expect(macroRecall(items)).toBe(0.5);
    expect(accuracy(items)).toBe(0.75);
  });
});

describe('macroF1', () => {
  const item = (truth: string[], answer: string[]) => ({ truth: new Set(truth), answer: new Set(answer) });

  it('is the mean of 2 tp / (2 tp + fp + fn); a label that is neither there nor given has 0', () => {
    const items = [item(['joy'], ['joy', 'fear']), item(['joy', 'fear'], ['joy']), item(['fear'], ['fear'])];
    expect(f1('joy', items)).toBe(1);
    expect(f1('fear', items)).toBe(0.5);
    expect(macroF1(['joy', 'fear', 'anger'], items)).toBe(0.5);
  });
});
