import type { CloudEvent, LiveSession } from '@rapport-live/protocol';
import { foldLive } from './live-session';
import { trendOf } from './trend';
import { urgencyOf } from './urgency';

const ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
const event = (type: string, data: object, id = type): CloudEvent =>
  ({ id, type, subject: ID, data }) as unknown as CloudEvent;
const STARTED = event('rapport.session.started', {
  session: { channel: 'voice', team: 'north', agentId: 'sam' },
  startedAt: '2026-01-01T00:00:00Z',
});
const assessed = (windowEndMs: number, valence: number, more: object = {}): CloudEvent =>
  event('rapport.window.assessed', {
    ...{ windowEndMs, subject: 'customer', label: valence < 0 ? 'anger' : 'joy', confidence: 0.8, valence },
    ...{ arousal: 0.5, intents: [{ name: 'cancel', score: 0.7, sources: ['u'], lastMs: 1 }], degraded: [], ...more },
  });
const alert = (step: string, severity: string, onsetWindowEndMs: number, id = step): CloudEvent =>
  event(`rapport.alert.${step}`, { ruleId: 'r', step, severity, onsetWindowEndMs, detail: {} }, id);
const folded = (...events: readonly CloudEvent[]): LiveSession =>
  events.reduce<LiveSession | undefined>(foldLive, foldLive(undefined, STARTED))!;

describe('the card of a session', () => {
  it('is none before its start is known, and then says who and where', () => {
    expect(foldLive(undefined, assessed(1000, 0))).toBeUndefined();
    expect(folded()).toMatchObject({ sessionId: ID, status: 'live', team: 'north', agentId: 'sam', urgency: 0 });
  });

  it('has the newest emotion with its confidence, and none where nothing was assessed', () => {
    expect(folded(assessed(1000, -0.5)).emotion).toMatchObject({ label: 'anger', confidence: 0.8, windowEndMs: 1000 });
    const none = assessed(2000, 0, { label: undefined, confidence: undefined, valence: undefined });
    expect(folded(assessed(1000, -0.5), none)).toMatchObject({ emotion: undefined, urgency: 0 });
  });

  it('counts nothing that there is not enough evidence for', () => {
    const card = folded(assessed(1000, -0.9, { abstained: 'thin_evidence' }));
    expect([card.urgency, card.trail]).toEqual([0, [null]]);
  });

  it('never takes the emotion of an agent for that of the customer', () => {
    expect(folded(assessed(1000, -0.9, { subject: 'agent' })).emotion).toBeUndefined();
  });

  it('keeps an alert under the id that raised it until it is cleared', () => {
    const raised = [alert('raised', 'warning', 1000, 'first'), alert('updated', 'critical', 1000, 'second')];
    expect(folded(...raised).alerts).toEqual([
      { id: 'first', ruleId: 'r', name: 'r', severity: 'critical', onsetMs: 1000 },
    ]);
    expect(folded(...raised, alert('cleared', 'critical', 1000)).alerts).toEqual([]);
  });

  it('stays small however long the conversation is', () => {
    const hours = Array.from({ length: 20_000 }, (_, i) => assessed(i * 1000, Math.sin(i)));
    const words = event('rapport.transcript.final', { party: 'customer', text: 'x'.repeat(8000), endMs: 1 });
    const alerts = Array.from({ length: 50 }, (_, i) => alert('raised', 'info', i * 1000, `a${i}`));
    expect(JSON.stringify(folded(...hours, words, ...alerts)).length).toBeLessThan(4096);
  });

  it('ends calmly', () => {
    const ended = event('rapport.session.ended', { durationMs: 9000 });
    const card = folded(alert('raised', 'critical', 1000), assessed(1000, -1), ended);
    expect(card).toMatchObject({ status: 'ended', urgency: 0, alerts: [], mediaMs: 9000 });
  });
});

it('a trend needs windows with evidence on both sides', () => {
  const flat = (value: number | null, length: number): (number | null)[] => Array.from({ length }, () => value);
  expect(trendOf(flat(0, 6))).toBeUndefined();
  expect(trendOf([...flat(0.4, 18), ...flat(null, 6)])).toBeUndefined();
  expect(trendOf([...flat(0.4, 18), ...flat(-0.2, 6)])).toBe('worse');
  expect(trendOf([...flat(-0.4, 18), ...flat(0.2, 6)])).toBe('better');
  expect(trendOf(flat(0.1, 24))).toBe('steady');
});

it('urgency is led by the worst alert, and says why', () => {
  const card = folded(assessed(1000, -0.5));
  expect(urgencyOf(card)).toEqual({ urgency: 14, reasons: ['emotion'] });
  const alarmed = folded(assessed(1000, -0.5), alert('raised', 'critical', 1000));
  expect(urgencyOf(alarmed)).toEqual({ urgency: 74, reasons: ['alert', 'emotion'] });
  const silent = { ...card, mediaMs: 30_000, lastWords: { party: 'customer' as const, text: '', endMs: 5000 } };
  expect(urgencyOf(silent).reasons).toEqual(['emotion', 'silence']);
});
