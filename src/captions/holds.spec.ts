import { holdsOf } from './holds';
import { participant } from '../cli/testing/made-up-call';

const holds = (...words: Parameters<typeof participant>[]): number[][] =>
  holdsOf(
    words.map((word) => participant(...word).data),
    60_000,
  ).map(({ startMs, endMs }) => [startMs, endMs]);

describe('the holds of a call', () => {
  it('last while anybody is on hold, until the end where nobody ended them', () => {
    expect(
      holds(
        [5000, 'hold'],
        [7000, 'hold', { party: 'agent', id: 'a' }],
        [9000, 'unhold'],
        [12_000, 'left', { party: 'agent', id: 'a' }],
        [20_000, 'hold'],
      ),
    ).toEqual([
      [5000, 12_000],
      [20_000, 60_000],
    ]);
  });

  it('are none without a word of one', () => {
    expect(holds([0, 'joined'], [3000, 'agent_changed', { party: 'agent', id: 'b' }], [9000, 'unhold'])).toEqual([]);
  });
});
