import { conversationFigures, countWords } from './conversation-figures';
import { initialState, type SessionState } from './session-state';
import { hearHop } from './talk-state';

const SPOKE = { customer: [0, 3000], agent: [3000, 4000], mixed: [0, 4000] } as const;

/** 5 s in which these parties have a voice. */
function heard(...parties: (keyof typeof SPOKE)[]): SessionState {
  const state = initialState('en');
  const speech = parties.map((party) => ({ party, spans: [{ startMs: SPOKE[party][0], endMs: SPOKE[party][1] }] }));
  return { ...state, talk: hearHop(state.talk, { hopStartMs: 0, hopEndMs: 5000, speech }) };
}
const counters = (words: number, speechMs: number) => ({
  utterances: 1,
  utteranceMs: 9000,
  speechMs,
  words,
  messages: 0,
});

describe('conversationFigures', () => {
  it('compares two parties who are heard apart', () => {
    const state = heard('customer', 'agent');
    const { talkCounters } = state;
    expect(
      conversationFigures({ ...state, talkCounters: { ...talkCounters, customer: counters(30, 10_000) } }),
    ).toEqual({
      mediaMs: 5000,
      customer: { talkMs: 3000, talkShare: 0.75, interruptions: 0, wordsPerMinute: 180 },
      agent: { talkMs: 1000, talkShare: 0.25, interruptions: 0 },
      overlapMs: 0,
      silenceMs: 1000,
      silenceShare: 0.2,
      longestSilenceMs: 1000,
      holds: 'not_supported',
    });
  });

  it('compares nothing where one is heard, and nobody knows what the other did meanwhile', () => {
    expect(conversationFigures(heard('customer'))).toEqual({
      mediaMs: 5000,
      absentReason: 'one_party',
      customer: { talkMs: 3000 },
      holds: 'not_supported',
    });
  });

  it('has none of a channel with both in it, nor of chat', () => {
    const none = { mediaMs: 5000, holds: 'not_supported' };
    expect(conversationFigures(heard('mixed'))).toEqual({ ...none, absentReason: 'party_unknown' });
    expect(conversationFigures(heard('mixed', 'customer'))).toEqual({ ...none, absentReason: 'party_unknown' });
    expect(conversationFigures(heard())).toEqual({ ...none, absentReason: 'no_voice' });
  });

  it('gives no rate of a few words', () => {
    const state = heard('customer');
    const talkCounters = { ...state.talkCounters, customer: counters(12, 4999) };
    expect(conversationFigures({ ...state, talkCounters }).customer).toEqual({ talkMs: 3000 });
  });
});

it.each([
  ['Where is my order? It should have been here.', 9],
  ["I don't know: [card], please.", 5],
  ['...', 0],
])('countWords(%j) is %i', (text, words) => {
  expect(countWords(text)).toBe(words);
});

it('counts words where nothing stands between them', () => {
  expect(countWords('我想取消我的订单')).toBeGreaterThan(2);
});
