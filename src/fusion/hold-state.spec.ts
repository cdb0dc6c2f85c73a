import type { Party } from '@rapport-live/protocol';
import { hearHold, holdFigures, type HoldState, wasOnHold } from './hold-state';

const after = (...words: readonly ['hold' | 'unhold', number, Party?][]): HoldState | null =>
  words.reduce<HoldState | null>(
    (state, [action, atMs, party = 'customer']) => hearHold(state, action, party, atMs),
    null,
  );

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
    expect(holdFigures(hearHold(state, 'unhold', 'agent', 5000), 9000)).toEqual({
      count: 1,
      totalMs: 4000,
      longestMs: 4000,
    });
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
