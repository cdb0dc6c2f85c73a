/** Where a live session stands: what was said enters the assessments within a few seconds of media time. */
const TARGET_LAG_MS = 4_000;
const START_PACE = 3;
/** Below real time there is nothing to win: credit slows the sender then. */
const MIN_PACE = 1;
const MAX_PACE = 100;
const FASTER = { transcript: 1.1, other: 1.02 } as const;
/** One late result slows by this at most. */
const MOST_SLOWER = 0.6;

/**
 * How fast a recording is sent. The service assesses before it transcribes, so a sender that only credit holds back
 * gets its transcripts half a minute late, and the words miss the windows that they belong to. So the pace follows the
 * lag of the results: faster while they keep up, slower when they fall behind. Times are media ms.
 */
export class PaceControl {
  private value: number;
  private dueMs: number | undefined;
  private lastPtsMs = 0;
  private sentMs = 0;

  constructor(
    /** Media seconds a wall second that are never passed. */
    private readonly most = MAX_PACE,
    private readonly fixed = false,
  ) {
    this.value = fixed ? most : Math.min(START_PACE, most);
  }

  /** Media seconds a wall second now. */
  get pace(): number {
    return this.value;
  }

  /** Wall ms to wait before a cue may go. Time lost to credit is not caught up in a burst. */
  waitMs(ptsMs: number, nowMs: number): number {
    const due = (this.dueMs ?? nowMs) + Math.max(0, ptsMs - this.lastPtsMs) / this.value;
    this.lastPtsMs = Math.max(this.lastPtsMs, ptsMs);
    this.sentMs = this.lastPtsMs;
    this.dueMs = Math.max(due, nowMs);
    return Math.max(0, due - nowMs);
  }

  /** A result about media up to `endMs` came. */
  heard(endMs: number, kind: 'transcript' | 'other'): void {
    if (this.fixed) return;
    const lagMs = this.sentMs - endMs;
    const change = lagMs > TARGET_LAG_MS ? Math.max(MOST_SLOWER, TARGET_LAG_MS / lagMs) : FASTER[kind];
    this.value = Math.min(this.most, Math.max(Math.min(MIN_PACE, this.most), this.value * change));
  }
}
