import type { Segment } from './segment';

/** What may go, and why it would. */
export interface Retention {
  /** Nothing at or above it may: the sink has not got it. */
  readonly floorOffset: number;
  /** Segments last written before go, on the clock of the log. */
  readonly writtenBeforeMs: number;
  /** While the log is larger, the oldest goes, however young it is. */
  readonly maxBytes: number;
}

export function retentionOf(
  { retentionBytes, retentionMs }: { readonly retentionBytes: number; readonly retentionMs: number },
  now: { readonly floorOffset: number; readonly maxBytes: number; readonly nowMs: number },
): Retention {
  return {
    floorOffset: now.floorOffset,
    writtenBeforeMs: now.nowMs - retentionMs,
    maxBytes: Math.min(retentionBytes, now.maxBytes),
  };
}

/** Whether the oldest segment goes: never the last one, and only a whole one that lies below the floor. */
export function isDue(segments: readonly Segment[], { floorOffset, writtenBeforeMs, maxBytes }: Retention): boolean {
  const [oldest, second] = segments;
  if (oldest === undefined || second === undefined || second.baseOffset > floorOffset) return false;
  const bytes = segments.reduce((sum, { size }) => sum + size, 0);
  return bytes > maxBytes || oldest.writtenMs < writtenBeforeMs;
}
