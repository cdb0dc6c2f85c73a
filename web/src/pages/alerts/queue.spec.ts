import type { AlertView } from '@rapport-live/protocol';
import { evidenceText } from './evidence-text';
import { ago, newSince, queueOf, withAlert } from './queue';

const NOW = '2026-03-02T10:00:00.000Z';
const nowMs = Date.parse(NOW);
const alert = (id: string, given: Partial<AlertView> = {}): AlertView => ({
  ...{ id, sessionId: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80', ruleId: 'anger', name: 'Anger', severity: 'warning' },
  ...{ state: 'open', onsetWindowEndMs: 5000, windowEndMs: 9000, raisedAt: NOW, changedAt: NOW },
  ...{ evidence: [], notes: [], ...given },
});

describe('the queue of alerts', () => {
  it('leaves out what is put off, until its time', () => {
    const later = alert('b', { snoozedUntil: '2026-03-02T10:05:00.000Z' });
    const over = alert('c', { snoozedUntil: '2026-03-02T10:00:00.000Z' });
    const all = [alert('a'), later, over];
    expect(queueOf(all, nowMs)).toEqual({ shown: [all[0], over], snoozed: [later], nextBackMs: nowMs + 300_000 });
    expect(queueOf(all, nowMs + 300_000)).toEqual({ shown: all, snoozed: [] });
    // a time that cannot be read hides nothing
    expect(queueOf([alert('d', { snoozedUntil: 'soon' })], nowMs).shown).toHaveLength(1);
  });

  it('takes what was answered about one', () => {
    const changed = alert('b', { assignee: 'eve' });
    expect(withAlert([alert('a'), alert('b')], changed)).toEqual([alert('a'), changed]);
    expect(withAlert([alert('a')], changed)).toEqual([alert('a')]);
  });

  it('knows what is new, and nothing is when it is first seen', () => {
    expect(newSince(undefined, [alert('a')])).toEqual([]);
    expect(newSince([alert('a')], [alert('b'), alert('a')])).toEqual([alert('b')]);
  });

  it.each([
    [NOW, 'just now'],
    ['2026-03-02T10:01:00.000Z', 'just now'],
    ['2026-03-02T09:57:30.000Z', '2 min ago'],
    ['2026-03-02T07:59:00.000Z', '2 h ago'],
    ['2026-02-20T10:00:00.000Z', '10 days ago'],
    ['never', 'just now'],
  ])('of %s says %s', (at, text) => expect(ago(at, nowMs)).toBe(text));
});

it.each([
  [
    { condition: 'emotion', of: 'anger', value: 0.72, threshold: 0.6, sinceMs: 63_000 },
    'anger 72 % (the rule says 60 %), since 1:03',
  ],
  [{ condition: 'said', of: 'customer', phrase: 'my lawyer', sinceMs: 9000 }, 'customer said “my lawyer” at 0:09'],
  [
    { condition: 'notSaid', of: 'agent', phrase: 'is recorded', sinceMs: 60_000 },
    'agent has not said “is recorded” or the like by 1:00',
  ],
  [{ condition: 'silence', value: 31_000, threshold: 30_000 }, 'nobody speaks for 31.0 s (the rule says 30.0 s)'],
  [{ condition: 'valence', value: -0.5, threshold: -0.3 }, 'valence \u22120.50 (the rule says \u22120.30)'],
  [{ condition: 'intent', of: 'cancel_order', value: 0.9 }, 'cancel order 90 %'],
  [
    { condition: 'interruptions', of: 'either', value: 1, threshold: 4 },
    '1 interruption (the rule says 4 interruptions) by either',
  ],
] as const)('evidence is told in words: %j', (evidence, text) => expect(evidenceText(evidence)).toBe(text));
