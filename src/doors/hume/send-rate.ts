/**
 * How much media a client may send: as much as plays, and a little ahead of it. Pure: the time is handed in, ms. What does
 * not fit is refused whole and takes nothing.
 */
export class SendRate {
  private roomMs: number;

  /** @param aheadMs media that may come at once. */
  constructor(
    private readonly aheadMs: number,
    private atMs: number,
  ) {
    this.roomMs = aheadMs;
  }

  /** False: it comes faster than it plays. */
  take(mediaMs: number, nowMs: number): boolean {
    this.roomMs = Math.min(this.aheadMs, this.roomMs + Math.max(0, nowMs - this.atMs));
    this.atMs = Math.max(this.atMs, nowMs);
    // less a microsecond, which sums of parts may be off by
    if (mediaMs > this.roomMs + 1e-3) return false;
    this.roomMs -= mediaMs;
    return true;
  }
}
