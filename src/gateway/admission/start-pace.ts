export interface StartPaceOptions {
  /** Share of the main thread's time that handshakes, starts and resumes may take together while others wait for theirs. Default 0.5. */
  readonly maxStartShare: number;
  /** So much of them is done in one go, ms, before the rest of the service has its turn. Default 8. */
  readonly maxStartRunMs: number;
}

export const DEFAULT_START_PACE: StartPaceOptions = { maxStartShare: 0.5, maxStartRunMs: 8 };

/**
 * Lets sessions come in one after the other, so that a hundred at once do not stand between the sessions that run and their
 * windows: each window takes several turns of the event loop, and each turn would be as long as all that came. A lone one is done
 * at once; of many each waits for those before it, and for the rest of the service to have had its share. What waits is
 * bounded by `maxConnections`.
 */
export class StartPace {
  private readonly waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Until then what was done takes up its share. */
  private usedUntilMs = -Infinity;

  constructor(
    private readonly options: StartPaceOptions,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Those that wait. */
  get length(): number {
    return this.waiting.length;
  }

  /** Now, or in its turn. `work` must not throw. */
  run(work: () => void): void {
    if (this.waiting.length === 0 && this.waitMs() <= 0) this.take(work);
    else {
      this.waiting.push(work);
      this.arm();
    }
  }

  /** Until there is room for the next, ms. */
  private waitMs(): number {
    const { maxStartShare, maxStartRunMs } = this.options;
    // what a run leaves behind: it was done, and its share is not over
    return this.usedUntilMs - this.nowMs() - maxStartRunMs * (1 / maxStartShare - 1);
  }

  private take(work: () => void): void {
    const beganMs = this.nowMs();
    work();
    const tookMs = this.nowMs() - beganMs;
    this.usedUntilMs = Math.max(this.usedUntilMs, beganMs) + tookMs / this.options.maxStartShare;
  }

  private arm(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        while (this.waiting.length > 0 && this.waitMs() <= 0) this.take(this.waiting.shift()!);
        if (this.waiting.length > 0) this.arm();
      },
      Math.max(1, Math.ceil(this.waitMs())),
    );
  }
}
