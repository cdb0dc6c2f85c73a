import type { LiveSession } from '@rapport-live/protocol';

/** The urgency that each conversation has its place by. */
export type Places = ReadonlyMap<string, number>;
type Sessions = ReadonlyMap<string, LiveSession>;

/** Urgency that changes by fewer points moves no card: a wall whose cards change places all day for nothing is read by nobody. */
const STEADY_POINTS = 5;

/** @param before those that cards had their places by until now. Pure. */
export function steadyPlaces(sessions: Sessions, before: Places): Places {
  const places = new Map<string, number>();
  for (const { sessionId, urgency } of sessions.values()) {
    const was = before.get(sessionId) ?? urgency;
    places.set(sessionId, Math.abs(urgency - was) < STEADY_POINTS ? was : urgency);
  }
  return places;
}

/** Most urgent first; of the same urgency those that have lasted longest; those that have ended last. Pure. */
export function byUrgency(places: Places = new Map()): (a: LiveSession, b: LiveSession) => number {
  const urgencyOf = ({ sessionId, urgency }: LiveSession): number => places.get(sessionId) ?? urgency;
  return (a, b) => {
    const ended = Number(a.status === 'ended') - Number(b.status === 'ended');
    return (
      ended || urgencyOf(b) - urgencyOf(a) || compare(a.startedAt, b.startedAt) || compare(a.sessionId, b.sessionId)
    );
  };
}

/**
 * The order to show now. While it is held, since somebody is at a card, those that were shown stay where they are and new ones
 * come behind them. Pure.
 */
export function orderOf(
  sessions: Sessions,
  before: readonly string[],
  isHeld: boolean,
  places?: Places,
): readonly string[] {
  const sorted = [...sessions.values()].sort(byUrgency(places)).map(({ sessionId }) => sessionId);
  if (!isHeld) return sorted;
  const shown = new Set(before);
  return [...before.filter((id) => sessions.has(id)), ...sorted.filter((id) => !shown.has(id))];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
