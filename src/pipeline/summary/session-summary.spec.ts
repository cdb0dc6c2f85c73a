import { EMOTIONS, type EmotionDistribution, SessionSummary, type TypedEvent } from '@rapport-live/protocol';
import { NOTHING_SEEN, summaryOf, summed, type SummaryState } from './session-summary';

type Some = Pick<TypedEvent, 'type' | 'data'>;

const window = (windowEndMs: number, anger: number, more: object = {}): Some => {
  const none = Object.fromEntries(EMOTIONS.map((label) => [label, 0])) as EmotionDistribution;
  const here = { present: true, evidence: 1, contribution: 0 };
  const away = { present: false, evidence: 0, contribution: 0 };
  const data = {
    ...{ windowStartMs: windowEndMs - 4000, windowEndMs, subject: 'customer', confidence: 1, label: 'anger' },
    ...{ emotion: { ...none, anger, neutral: 1 - anger }, valence: -anger, arousal: anger },
    ...{ modalities: { voice: here, face: away, text: here }, intents: [], outOfScope: false, degraded: [] },
    ...{ models: [], stageMs: { wait: 0, model: 0, overhead: 0 }, ...more },
  };
  return { type: 'rapport.window.assessed', data } as unknown as Some;
};
const final = (startMs: number, party: string, intents: object[]): Some =>
  ({ type: 'rapport.transcript.final', data: { startMs, endMs: startMs + 500, party, intents } }) as unknown as Some;
const alert = (step: string, windowEndMs: number, more: object = {}): Some =>
  ({
    type: `rapport.alert.${step}`,
    data: { ...{ ruleId: 'r', step, severity: 'info', onsetWindowEndMs: 5000, windowEndMs }, ...more },
  }) as unknown as Some;
const of = (events: readonly Some[]): SessionSummary =>
  SessionSummary.parse(summaryOf(events.reduce<SummaryState>(summed, NOTHING_SEEN)));

it('tells the course, peaks, intents, alerts, and how much there was to go by', () => {
  const refund = { name: 'get_refund', score: 0.4 };
  const summary = of([
    window(1000, 0.2),
    window(2000, 0.9),
    window(3000, 0.9, { abstained: 'thin_evidence' }),
    window(12_000, 0.6),
    window(13_000, 1, { subject: 'agent' }),
    { type: 'rapport.window.degraded', data: { firstWindowEndMs: 4000, lastWindowEndMs: 6000, reason: 'shed' } },
    final(100, 'customer', [refund]),
    final(8000, 'customer', [
      { ...refund, score: 0.7 },
      { name: 'complaint', score: 0.9 },
    ]),
    final(9000, 'agent', [{ name: 'place_order', score: 1 }]),
    alert('raised', 5000),
    alert('updated', 6000),
    alert('cleared', 9000, { clearReason: 'over' }),
  ] as Some[]);
  expect(summary).toEqual({
    evidence: { windows: 4, trusted: 3, abstained: 1, degraded: 3, voice: 4, face: 0, text: 4, finals: 3 },
    emotion: expect.objectContaining({ anger: 0.5667, neutral: 0.4333 }),
    journey: [
      { startMs: 0, endMs: 10_000, windows: 2, label: 'anger', valence: -0.55, arousal: 0.55 },
      { startMs: 10_000, endMs: 20_000, windows: 1, label: 'anger', valence: -0.6, arousal: 0.6 },
    ],
    peaks: [{ label: 'anger', value: 0.9, windowEndMs: 2000 }],
    intents: [
      { name: 'complaint', score: 0.9, texts: 1, firstMs: 8000, lastMs: 8500 },
      { name: 'get_refund', score: 0.7, texts: 2, firstMs: 100, lastMs: 8500 },
    ],
    alerts: [{ ruleId: 'r', severity: 'info', onsetWindowEndMs: 5000, clearedMs: 9000, clearReason: 'over' }],
    alertCount: 1,
  });
});

it('says nothing of an emotion where nothing could be trusted', () => {
  const summary = of([window(1000, 0.9, { abstained: 'low_confidence' })]);
  expect(summary).toMatchObject({ journey: [], peaks: [], evidence: { windows: 1, trusted: 0, abstained: 1 } });
  expect(summary.emotion).toBeUndefined();
});

it('is bounded for a call of ten hours, and its stretches hold every window once', () => {
  const seconds = 36_000;
  const events = Array.from({ length: seconds }, (_, i) => window((i + 1) * 1000, (i % 100) / 100));
  const many = Array.from({ length: 100 }, (_, i) => [
    final(i, 'customer', [{ name: `intent_${i}`, score: i / 100 }]),
    alert('raised', i * 1000, { onsetWindowEndMs: i * 1000 }),
  ]).flat();
  const summary = of([...events, ...many]);
  expect(summary.journey.length).toBeLessThanOrEqual(32);
  expect(summary.journey.reduce((sum, { windows }) => sum + windows, 0)).toBe(seconds);
  expect(summary.journey.every(({ startMs }, i) => i === 0 || startMs === summary.journey[i - 1]!.endMs)).toBe(true);
  expect(summary).toMatchObject({ alertCount: 100, evidence: { trusted: seconds, finals: 100 } });
  expect(summary.alerts).toHaveLength(32);
  expect(JSON.stringify(summary).length).toBeLessThan(12_000);
});
