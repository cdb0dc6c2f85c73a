import { condensed } from './condensed';
import type { HistoryFact } from './history-fact';

const of = (sessionId: string) => ({ tenant: 'acme', sessionId });
const event = (sessionId: string, eventId: string, onlyKnown = false): HistoryFact => ({
  ...{ kind: 'event', ...of(sessionId), eventId, type: 't', json: '{}', atMs: 1, onlyKnown },
});
const intent = (name: string, score: number, atMs: number, sessionId = 'a'): HistoryFact => ({
  ...{ kind: 'intent', ...of(sessionId), intent: name, score, atMs },
});
const peak = (confidence: number, atMs: number): HistoryFact => ({
  ...{ kind: 'peak', ...of('a'), emotion: 'anger', confidence, atMs },
});
const erased: HistoryFact = { kind: 'erased', ...of('a') };

describe('condensed', () => {
  it('begins a session once, and again behind its erasure', () => {
    const facts = [event('a', '1'), event('b', '2'), event('a', '3'), erased, event('a', '4')];
    expect(condensed(facts)).toEqual([
      event('a', '1'),
      event('b', '2'),
      event('a', '3', true),
      erased,
      event('a', '4'),
    ]);
  });

  it('does not take an event of a session that need not be there for its beginning', () => {
    expect(condensed([event('a', '1', true), event('a', '2')])).toEqual([event('a', '1', true), event('a', '2')]);
  });

  it('keeps the highest of each intent and peak, of equals the first', () => {
    const facts = [intent('refund', 0.5, 1), peak(0.4, 1), intent('refund', 0.9, 2), intent('refund', 0.9, 3)];
    expect(condensed([...facts, intent('cancel', 0.1, 3), peak(0.3, 3), intent('refund', 0.2, 4, 'b')])).toEqual([
      intent('refund', 0.9, 2),
      peak(0.4, 1),
      intent('cancel', 0.1, 3),
      intent('refund', 0.2, 4, 'b'),
    ]);
  });

  it('takes nothing over an erasure', () => {
    const facts = [intent('refund', 0.9, 1), erased, intent('refund', 0.2, 2)];
    expect(condensed(facts)).toEqual(facts);
  });
});
