import { callOf, said, windowAt } from '../testing/made-up-call';
import { readCall } from './call';
import { figuresOf, gaps, intentsOf } from './figures';

describe('figuresOf', () => {
  it('counts speech by utterance time, not messages, and silences over 3 s', () => {
    const call = readCall(
      callOf(20_000, [
        said(1000, 4000),
        said(3500, 6000, { party: 'agent' }),
        said(6000, 6000, { source: 'chat' }),
        said(12_000, 13_000),
      ]),
    );
    const { talkMs, silences } = figuresOf(call);
    expect(talkMs).toEqual({ customer: 4000, agent: 2500, mixed: 0 });
    expect(silences).toEqual([
      { startMs: 6000, endMs: 12_000 },
      { startMs: 13_000, endMs: 20_000 },
    ]);
  });

  it('tells the emotions of sure windows only', () => {
    const call = readCall(
      callOf(5000, [
        windowAt(1000, { confidence: 0.6 }),
        windowAt(2000, { confidence: 0.8 }),
        windowAt(3000, { label: 'anger', confidence: 0.5 }), // valence -0.5
        windowAt(4000, { label: 'anger', confidence: 0.9, valence: -0.9, abstained: 'thin_evidence' }),
        windowAt(5000, { label: undefined, emotion: undefined, confidence: undefined, abstained: 'party_unknown' }),
      ]),
    );
    const { felt, abstained, hardest, sure, present } = figuresOf(call);
    expect(felt).toEqual([
      { emotion: 'neutral', share: 2 / 3, confidence: 0.7 },
      { emotion: 'anger', share: 1 / 3, confidence: 0.5 },
    ]);
    expect([sure.length, hardest?.windowEndMs]).toEqual([3, 3000]);
    expect(abstained).toEqual({ thin_evidence: 1, party_unknown: 1 });
    expect(present).toEqual({ voice: 5, face: 0, text: 5 });
  });

  it('has an answer for a call of nothing', () => {
    const { felt, hardest, silences } = figuresOf(readCall([]));
    expect([felt, hardest, silences]).toEqual([[], undefined, []]);
  });
});

describe('gaps', () => {
  it('sees through overlaps', () => {
    const spans = [
      { startMs: 0, endMs: 50 },
      { startMs: 10, endMs: 20 },
      { startMs: 60, endMs: 70 },
    ];
    expect(gaps(spans, 70)).toEqual([{ startMs: 50, endMs: 60 }]);
  });
});

describe('intentsOf', () => {
  it('keeps the best score of each intent and every time; what is out of scope is none', () => {
    const intent = (score: number, name = 'get_refund') => ({ intents: [{ name, score }] });
    const call = readCall([
      said(1000, 2000, intent(0.4)),
      said(3000, 4000, intent(0.9)),
      said(5000, 6000, intent(0.6, 'complaint')),
      said(7000, 8000, { ...intent(0.99, 'other'), outOfScope: true }),
    ]);
    expect(intentsOf(call)).toEqual([
      {
        name: 'get_refund',
        score: 0.9,
        heard: [
          { atMs: 1000, score: 0.4 },
          { atMs: 3000, score: 0.9 },
        ],
      },
      { name: 'complaint', score: 0.6, heard: [{ atMs: 5000, score: 0.6 }] },
    ]);
  });
});
