import type { SessionUpdatedData } from '@rapport-live/protocol';
import { holdWordOf } from '../facts/hold-word';
import { type OnHold, putOnHold, takeOffHold } from '../facts/on-hold';
import type { TimeSpan } from '../facts/stream-fact';

/** When anybody was on hold, in order; one that nobody ended lasts until `endMs`. */
export function holdsOf(updates: readonly SessionUpdatedData[], endMs: number): TimeSpan[] {
  const words = updates
    .flatMap(({ kind, ...rest }) =>
      kind === 'participant' ? [{ kind: 'updated', update: kind, ...rest } as const] : [],
    )
    .flatMap((fact) => holdWordOf(fact) ?? [])
    .sort((a, b) => a.atMs - b.atMs);
  const spans: TimeSpan[] = [];
  let onHold: readonly OnHold[] = [];
  let startMs = 0;
  for (const { begins, who, atMs } of words) {
    const before = onHold.length;
    onHold = begins ? putOnHold(onHold, who) : takeOffHold(onHold, who);
    if (before === 0 && onHold.length > 0) startMs = atMs;
    else if (before > 0 && onHold.length === 0) spans.push({ startMs, endMs: atMs });
  }
  if (onHold.length > 0) spans.push({ startMs, endMs: Math.max(startMs, endMs) });
  return spans.filter((span) => span.endMs > span.startMs);
}
