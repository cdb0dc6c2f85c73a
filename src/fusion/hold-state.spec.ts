import type { Party } from '@rapport-live/protocol';
import { hearHold, holdFigures, type HoldState, wasOnHold } from './hold-state';

type Word = readonly ['hold' | 'unhold', number, Party?, string?];

const hear = (state: HoldState | null, [action, atMs, party = 'customer', participantId]: Word): HoldState | null =>
  hearHold(state, {
    begins: action === 'hold',
    who: participantId === undefined ? { party } : { party, participantId },
    atMs,
  });
const after = (...words: readonly Word[]): HoldState | null => words.reduce<HoldState | null>(hear, null);

describe('holds', () => {
  it('are not supported until somebody reports one; the end of none is none', () => {
    expect(holdFigures(after(), 5000)).toBe('not_supported');
    expect(holdFigures(after(['unhold', 3000]), 5000)).toBe('not_supported');
  });

  it('are counted and summed, the one that goes on too', () => {
    const state = after(['hold', 1000], ['unhold', 4000], ['hold', 10_000]);
    expect(holdFigures(state, 12_500)).toEqual({ count: 2, totalMs: 5500, longestMs: 3000 });
    expect(holdFigures(state, 15_000)).toEqual({ count: 2, totalMs: 8000, longestMs: 5000 });
  });

  it('last while anybody is on hold, and are no two for one who is told twice', () => {
    const state = after(['hold', 1000], ['hold', 1500], ['hold', 2000, 'agent'], ['unhold', 3000], ['unhold', 4000]);
    expect(holdFigures(state, 9000)).toEqual({ count: 1, totalMs: 8000, longestMs: 8000 });
    expect(holdFigures(hear(state, ['unhold', 5000, 'agent']), 9000)).toEqual({
      count: 1,
      totalMs: 4000,
      longestMs: 4000,
    });
  });

  it('tell participants of one party apart; the party as a whole is all of them', () => {
    const two = after(['hold', 1000, 'agent', 'a'], ['hold', 2000, 'agent', 'b'], ['unhold', 3000, 'agent', 'a']);
    expect(holdFigures(two, 9000)).toEqual({ count: 1, totalMs: 8000, longestMs: 8000 });
    const over = { count: 1, totalMs: 4000, longestMs: 4000 };
    for (const word of [
      ['unhold', 5000, 'agent', 'b'],
      ['unhold', 5000, 'agent'],
    ] as const)
      expect(holdFigures(hear(two, word), 9000)).toEqual(over);
    expect(holdFigures(hear(two, ['unhold', 5000, 'agent', 'c']), 9000)).toEqual(holdFigures(two, 9000));
  });

  it('begin where the earliest word of them says', () => {
    const state = after(['hold', 3000], ['hold', 1000, 'agent'], ['unhold', 5000], ['unhold', 5000, 'agent']);
    expect(holdFigures(state, 9000)).toEqual({ count: 1, totalMs: 4000, longestMs: 4000 });
  });

  it('touch the windows that they lie in', () => {
    const state = after(['hold', 5000], ['unhold', 7000]);
    expect(
      [
        [1000, 5000],
        [4000, 8000],
        [6999, 10_999],
        [7000, 11_000],
      ].map(([a, b]) => wasOnHold(state, a!, b!)),
    ).toEqual([false, true, true, false]);
    expect([wasOnHold(after(['hold', 5000]), 1000, 5000), wasOnHold(after(['hold', 5000]), 2000, 6000)]).toEqual([
      false,
      true,
    ]);
  });
});
