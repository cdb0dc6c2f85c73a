import type { AlertEvidence, TranscriptFinalData } from '@rapport-live/protocol';
import { HeardWords } from './heard-words';

const said = (utteranceId: string, party: 'customer' | 'agent', startMs: number): TranscriptFinalData =>
  ({ utteranceId, party, text: `${utteranceId} in full`, startMs, endMs: startMs + 500 }) as TranscriptFinalData;
const BY_WORDS: AlertEvidence[] = [{ condition: 'said', of: 'agent', utteranceId: 'u2', phrase: 'my lawyer' }];
const BY_EMOTION: AlertEvidence[] = [{ condition: 'emotion', of: 'anger', value: 0.8 }];

it('an alert has the words that its condition names, else the last of the customer', () => {
  const heard = new HeardWords();
  heard.hear('a', said('u1', 'customer', 1000));
  heard.hear('a', said('u2', 'agent', 2000));
  heard.hear('b', said('u9', 'customer', 9000));
  expect(heard.over('a', BY_WORDS)).toEqual({ party: 'agent', text: 'u2 in full', startMs: 2000 });
  expect(heard.over('a', BY_EMOTION)).toEqual({ party: 'customer', text: 'u1 in full', startMs: 1000 });
  heard.forget('a');
  expect(heard.over('a', BY_WORDS)).toBeUndefined();
  expect(heard.over('b', BY_WORDS)!.startMs).toBe(9000);
});

it('of many conversations those are remembered that spoke last, and of each no more than a few words', () => {
  const heard = new HeardWords({ maxSessions: 2, maxUtterances: 1, maxLength: 4 });
  for (const key of ['a', 'b', 'a', 'c']) heard.hear(key, said('u1', 'customer', 1000));
  heard.hear('a', said('u2', 'agent', 2000));
  expect(heard.over('a', BY_WORDS)).toEqual({ party: 'agent', text: 'u2 i', startMs: 2000 });
  expect(heard.over('a', BY_EMOTION)).toBeUndefined();
  expect(heard.over('b', BY_EMOTION)).toBeUndefined();
  expect(heard.over('c', BY_EMOTION)).toBeDefined();
});
