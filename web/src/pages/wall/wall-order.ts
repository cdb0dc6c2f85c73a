import type { LiveSession } from '@rapport-live/protocol';

/** Most urgent first; of the same urgency those that have lasted longest; those that have ended last. Pure. */
export function byUrgency(a: LiveSession, b: LiveSession): number {
  const ended = Number(a.status === 'ended') - Number(b.status === 'ended');
  return ended || b.urgency - a.urgency || compare(a.startedAt, b.startedAt) || compare(a.sessionId, b.sessionId);
}

/**
 * The order to show now. While it is held, since somebody is at a card, those that were shown stay where they are and new ones
 * come behind them. Pure.
 */
export function orderOf(
  sessions: ReadonlyMap<string, LiveSession>,
  before: readonly string[],
  isHeld: boolean,
): readonly string[] {
  const sorted = [...sessions.values()].sort(byUrgency).map(({ sessionId }) => sessionId);
  if (!isHeld) return sorted;
  const shown = new Set(before);
  return [...before.filter((id) => sessions.has(id)), ...sorted.filter((id) => !shown.has(id))];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
