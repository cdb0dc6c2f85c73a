import { agreementOf } from './agreement-task';
import { precisionFigures } from './precision-task';

const item = { task: 'voice', models: 'models', truth: 'joy' } as const;
const both = (node: string, python: string, apart = 0) => ({
  ...{ item, answer: node, probabilities: [0.7, 0.3] },
  python: { answer: python, probabilities: [0.7 - apart, 0.3 + apart] },
});
const valueOf = (figures: readonly { id: string; value: number; met: boolean | null }[], what: string) =>
  figures.find(({ id }) => id.endsWith(`: ${what}`))!;

describe('agreementOf', () => {
  it('tells the points between the two and how often they answer alike', () => {
    const figures = agreementOf('voice', [
      ...Array.from({ length: 98 }, () => both('joy', 'joy')),
      both('joy', 'fear', 0.2),
      both('fear', 'anger'),
    ]);
    expect(valueOf(figures, 'points apart')).toMatchObject({ value: 1, met: true });
    expect(valueOf(figures, 'same answer').value).toBe(0.98);
    expect(valueOf(figures, 'greatest difference of a probability').value).toBe(0.2);
    const worse = agreementOf('voice', [both('joy', 'joy'), both('joy', 'fear')]);
    expect(valueOf(worse, 'points apart')).toMatchObject({ value: 50, met: false });
  });

  it('says nothing of a task without items', () => expect(agreementOf('face', [])).toEqual([]));
});

describe('precisionFigures', () => {
  it('tells the points that 8 bits lose of every figure; a gain is none, and PyTorch may be absent', () => {
    const figures = precisionFigures('voice, fold 0', {
      examples: 240,
      figures: { fp32: { UAR: 0.7, accuracy: 0.6 }, int8: { UAR: 0.685, accuracy: 0.61 } },
      agreement: 0.97,
    });
    expect(valueOf(figures, 'points lost')).toMatchObject({ value: 1.5, met: false });
    expect(figures.filter(({ id }) => id.endsWith('points lost')).map(({ value }) => value)).toEqual([1.5, 0]);
    expect(figures.some(({ id }) => id.endsWith('PyTorch'))).toBe(false);
  });
});
