/** So much may happen at once, and so much a second in the long run. Pure: the time is handed in, ms of any one clock. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly rate: Rate,
    private atMs: number,
  ) {
    this.tokens = rate.burst;
  }

  /** Ms until there is a token; 0: there is one. */
  waitMs(nowMs: number): number {
    this.fill(nowMs);
    // less a nanosecond, which sums of parts may be off by
    return Math.max(0, Math.ceil(((1 - this.tokens) / this.rate.perSecond) * 1000 - 1e-6));
  }

  /** Takes one. Without any left it stays empty: nobody gets into debt. */
  take(nowMs: number): void {
    this.fill(nowMs);
    this.tokens = Math.max(0, this.tokens - 1);
  }

  private fill(nowMs: number): void {
    const { perSecond, burst } = this.rate;
    this.tokens = Math.min(burst, this.tokens + (Math.max(0, nowMs - this.atMs) / 1000) * perSecond);
    this.atMs = Math.max(this.atMs, nowMs);
  }
}
