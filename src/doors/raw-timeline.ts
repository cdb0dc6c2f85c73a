/** Without anything for longer than this, what comes next begins when it comes, ms: by then the stream counts as idle. */
const PAUSE_MS = 1000;

/**
 * The time of sound that comes without any: each piece follows the last one by its samples, whatever the network does to its
 * arrival. A sender that stopped and goes on (on hold, for instance) begins anew where the session's clock is. Pure.
 */
export class RawTimeline {
  private endMs = 0;
  private heardMs = -Infinity;

  constructor(private readonly pauseMs: number = PAUSE_MS) {}

  /** Where a piece of this length begins, media ms. @param nowMs the session's clock as it arrives, media ms */
  place(nowMs: number, durationMs: number): number {
    const goesOn = nowMs - this.heardMs <= this.pauseMs;
    this.heardMs = nowMs;
    const ptsMs = goesOn ? this.endMs : Math.max(this.endMs, nowMs - durationMs);
    this.endMs = ptsMs + durationMs;
    return ptsMs;
  }
}
