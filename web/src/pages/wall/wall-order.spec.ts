import type { LiveSession } from '@rapport-live/protocol';
import { filterOf, fits } from './wall-filter';
import { byUrgency, orderOf, steadyPlaces } from './wall-order';

const session = (sessionId: string, more: Partial<LiveSession> = {}): LiveSession => ({
  ...{ sessionId, status: 'live', channel: 'voice', startedAt: '2026-01-01T00:00:00Z', mediaMs: 0, trail: [] },
  ...{ intents: [], degraded: [], alerts: [], urgency: 0, reasons: [], ...more },
});
const walled = (...sessions: LiveSession[]): Map<string, LiveSession> =>
  new Map(sessions.map((one) => [one.sessionId, one]));

it('the most urgent comes first, what has ended last', () => {
  const [calm, late, urgent, over] = [
    session('calm'),
    session('late', { startedAt: '2026-01-01T00:00:01Z' }),
    session('urgent', { urgency: 70, startedAt: '2026-01-01T00:00:02Z' }),
    session('over', { status: 'ended', startedAt: '2025-01-01T00:00:00Z' }),
  ];
  expect([over, late, urgent, calm].sort(byUrgency()).map(({ sessionId }) => sessionId)).toEqual([
    ...['urgent', 'calm', 'late', 'over'],
  ]);
});

it('nothing moves below the hand of who is at a card; what is new comes behind', () => {
  const wall = walled(session('a'), session('b', { urgency: 90 }), session('c', { urgency: 99 }));
  expect(orderOf(wall, ['a', 'gone', 'b'], true)).toEqual(['a', 'b', 'c']);
  expect(orderOf(wall, ['a', 'gone', 'b'], false)).toEqual(['c', 'b', 'a']);
});

it('a little more or less urgency moves no card, also by and by', () => {
  const at = (urgency: number) => walled(session('a', { urgency: 20 }), session('b', { urgency }));
  let places = steadyPlaces(at(19), new Map());
  const course = [23, 16, 23, 24, 23, 20, 19].map((urgency) => {
    places = steadyPlaces(at(urgency), places);
    return orderOf(at(urgency), [], false, places).join('');
  });
  expect(course).toEqual(['ab', 'ab', 'ab', 'ba', 'ba', 'ba', 'ab']);
  expect([...steadyPlaces(walled(session('b')), places).keys()]).toEqual(['b']);
});

it('filters are read from an address, and what is not known there is not taken', () => {
  expect(filterOf(new Map([['state', 'constructor']]))).toEqual({ team: '', channel: '', state: 'live', words: '' });
});

it('a wall is filtered by team, channel, state and words', () => {
  const one = session('a', {
    team: 'north',
    urgency: 35,
    agentId: 'sam',
    intents: [{ name: 'ask_for_refund', score: 1 }],
  });
  const with_ = (query: Record<string, string>): boolean => fits(one, filterOf(new Map(Object.entries(query))));
  expect([with_({ team: 'north' }), with_({ team: 'south' })]).toEqual([true, false]);
  expect([with_({ channel: 'voice' }), with_({ channel: 'chat' })]).toEqual([true, false]);
  expect([with_({ words: ' FOR Refund' }), with_({ words: 'sam' }), with_({ words: 'tom' })]).toEqual([
    true,
    true,
    false,
  ]);
  expect([with_({ state: 'attention' }), fits(session('b'), filterOf(new Map([['state', 'attention']])))]).toEqual([
    ...[true, false],
  ]);
  const over = session('c', { status: 'ended' });
  expect([fits(over, filterOf(new Map())), fits(over, filterOf(new Map([['state', 'all']])))]).toEqual([false, true]);
});
