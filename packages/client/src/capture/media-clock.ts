/** What the clock reads: both in ms. Injected, so that tests write down what a device does. */
export interface DeviceClocks {
  /** Never goes back; on some systems it stands still while the machine sleeps. */
  readonly monotonicMs: () => number;
  /** Of the day: it goes on while the machine sleeps, and jumps where somebody sets it. */
  readonly wallMs: () => number;
}

export const DEVICE_CLOCKS: DeviceClocks = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** The two clocks of a device may part so far before the service is asked, ms: more than any correction by NTP slews. */
const MAX_PARTED_MS = 1000;

/**
 * Media time as this device tells it: ms since the session began. It follows the monotonic clock, which no setting of
 * the time of day moves. Where that clock stood still (a machine that slept), the time of day went on without it: then
 * the service is asked, whose word decides, since the time of day may just as well have been set.
 */
export class MediaClock {
  private zeroMs: number;
  private partedMs: number;
  /** How much longer the time of day ran than the monotonic clock, where nobody has yet said why. */
  private doubtMs = 0;

  constructor(private readonly clocks: DeviceClocks = DEVICE_CLOCKS) {
    this.zeroMs = clocks.monotonicMs();
    this.partedMs = this.apartMs();
  }

  /** The session has just begun. */
  begin(): void {
    this.zeroMs = this.clocks.monotonicMs();
    this.partedMs = this.apartMs();
  }

  get nowMs(): number {
    return Math.max(0, this.clocks.monotonicMs() - this.zeroMs);
  }

  /** True once after the two clocks of the device have parted: time to ask the service for its own. */
  takeDoubt(): boolean {
    const apartMs = this.apartMs();
    const byMs = apartMs - this.partedMs;
    if (Math.abs(byMs) <= MAX_PARTED_MS) return false;
    this.partedMs = apartMs;
    this.doubtMs += byMs;
    return true;
  }

  /**
   * The session clock of the service, just now. It decides a doubt only: else it may lie elsewhere, as it follows the drift
   * of a device. Returns by how much ours was moved on, ms; it is never moved back.
   */
  told(mediaMs: number): number {
    const aheadMs = mediaMs - this.nowMs;
    const stepMs = this.doubtMs > 0 && aheadMs >= this.doubtMs / 2 ? this.doubtMs : 0;
    this.doubtMs = 0;
    this.zeroMs -= stepMs;
    return stepMs;
  }

  private apartMs(): number {
    return this.clocks.wallMs() - this.clocks.monotonicMs();
  }
}
