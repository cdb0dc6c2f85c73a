import type { ConversationFigures } from '@rapport-live/protocol';
import type { HoldWord } from '../facts/hold-word';
import { type OnHold, putOnHold, takeOffHold } from '../facts/on-hold';
import type { TimeSpan } from '../facts/stream-fact';

/** The holds of a session, as far as figures need them. Plain data, part of the session's state (rule 8). Media ms. */
export interface HoldState {
  readonly count: number;
  /** Of those that are over. */
  readonly totalMs: number;
  readonly longestMs: number;
  /** While one lasts: since when, and who is on hold. */
  readonly open: { readonly sinceMs: number; readonly who: readonly OnHold[] } | null;
  /** The last one that is over. */
  readonly last: TimeSpan | null;
}

const NO_HOLDS: HoldState = { count: 0, totalMs: 0, longestMs: 0, open: null, last: null };

/**
 * Takes one word of a hold. A hold lasts while anybody is on it: who is put on it twice is on it once. What ends nothing
 * changes nothing.
 */
export function hearHold(before: HoldState | null, { begins, who, atMs }: HoldWord): HoldState | null {
  const state = before ?? NO_HOLDS;
  const { open } = state;
  if (begins) {
    if (open === null) return { ...state, count: state.count + 1, open: { sinceMs: atMs, who: [who] } };
    return { ...state, open: { sinceMs: Math.min(open.sinceMs, atMs), who: putOnHold(open.who, who) } };
  }
  const left = open === null ? [] : takeOffHold(open.who, who);
  if (open === null || left === open.who) return before;
  if (left.length > 0) return { ...state, open: { ...open, who: left } };
  const lastedMs = Math.max(0, atMs - open.sinceMs);
  return {
    count: state.count,
    totalMs: state.totalMs + lastedMs,
    longestMs: Math.max(state.longestMs, lastedMs),
    open: null,
    last: { startMs: open.sinceMs, endMs: Math.max(open.sinceMs, atMs) },
  };
}

/** Up to a time; `not_supported` until somebody reports one. */
export function holdFigures(state: HoldState | null, untilMs: number): ConversationFigures['holds'] {
  if (state === null) return 'not_supported';
  const openMs = state.open === null ? 0 : Math.max(0, untilMs - state.open.sinceMs);
  return {
    count: state.count,
    totalMs: Math.round(state.totalMs + openMs),
    longestMs: Math.round(Math.max(state.longestMs, openMs)),
  };
}

/** Somebody was on hold in a part of [startMs, endMs): what was heard then may be the music that plays meanwhile. */
export function wasOnHold(state: HoldState | null, startMs: number, endMs: number): boolean {
  if (state === null) return false;
  const { open, last } = state;
  return (last !== null && last.endMs > startMs && last.startMs < endMs) || (open !== null && open.sinceMs < endMs);
}
