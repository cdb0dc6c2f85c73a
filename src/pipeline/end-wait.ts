import type { SessionClock } from '../streams/session-clock';

/** From `session.end` to `session.ended`, at most (rule 18; ADR 0017); wall ms. */
export interface EndLimits {
  /** For what came live. Of media that came faster than real time: behind its live end, and between two things that are finished. */
  readonly liveMs: number;
  /**
   * Between two things that are finished of a session that says it is `recorded`: four transcripts of 15 s, each eight times
   * slower than real time. There is no other bound: what is open is bounded by what may be in flight.
   */
  readonly recordedStallMs: number;
}

export const END_LIMITS: EndLimits = { liveMs: 5000, recordedStallMs: 120_000 };

/**
 * How long the work that is left at a session's end is waited for (rule 18). Media that came faster than real time has the
 * time that it would have had live, and the limit behind that, as long as some of it is finished in each limit. A recording
 * that says that it is one has as long as it takes, while some of it gets finished: a machine
 * that is behind loses nothing of it, and one that is stuck keeps nobody.
 */
export class EndWait {
  private progressedMs = -Infinity;

  constructor(
    private readonly clock: SessionClock,
    private readonly limits: EndLimits,
  ) {}

  /** Something of the session is finished. */
  progressed(): void {
    this.progressedMs = this.clock.nowMs();
  }

  /**
   * Whether it ends in time.
   * @param aheadMs by how much its media came before it would have ended live, ms; Infinity: nobody waits for it.
   */
  async endsInTime(ended: Promise<void>, aheadMs: number): Promise<boolean> {
    const { liveMs, recordedStallMs } = this.limits;
    const beganMs = this.clock.nowMs();
    const latestMs = beganMs + liveMs + Math.max(0, aheadMs);
    const stallMs = aheadMs === Infinity ? recordedStallMs : liveMs;
    const inTime = ended.then(() => true);
    for (;;) {
      const stuckMs = Math.max(beganMs, this.progressedMs) + stallMs;
      const untilMs = Math.min(latestMs, stuckMs);
      if (untilMs <= this.clock.nowMs()) return false;
      let cancel = (): void => {};
      const late = new Promise<false>((resolve) => {
        cancel = this.clock.at(untilMs, () => resolve(false));
      });
      const isInTime = await Promise.race([inTime, late]);
      cancel();
      if (isInTime) return true;
    }
  }
}
