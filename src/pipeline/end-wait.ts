import type { SessionClock } from '../streams/session-clock';

/**
 * How long the work that is left at a session's end is waited for (rule 18). Media that came faster than real time has the
 * time that it would have had live, and the limit behind that, as long as some of it is finished in each limit: a machine
 * that is behind loses nothing of a recording, and one that is stuck keeps nobody.
 */
export class EndWait {
  private progressedMs = -Infinity;

  constructor(
    private readonly clock: SessionClock,
    /** For what came live, and between two things that are finished; wall ms. */
    private readonly limitMs: number,
  ) {}

  /** Something of the session is finished. */
  progressed(): void {
    this.progressedMs = this.clock.nowMs();
  }

  /** Whether it ends in time. @param aheadMs by how much its media came before it would have ended live, ms. */
  async endsInTime(ended: Promise<void>, aheadMs: number): Promise<boolean> {
    const beganMs = this.clock.nowMs();
    const latestMs = beganMs + this.limitMs + Math.max(0, aheadMs);
    const inTime = ended.then(() => true);
    for (;;) {
      const stuckMs = Math.max(beganMs, this.progressedMs) + this.limitMs;
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
