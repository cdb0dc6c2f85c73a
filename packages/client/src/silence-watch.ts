/** Tells when a peer has not been heard for too long: one timer, on the deadline. */
export class SilenceWatch {
  private lastHeardMs = performance.now();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param ask called at half of the time: here a peer whose pings are not seen is asked for a sign of life
   */
  constructor(
    private readonly maxSilenceMs: number,
    private readonly ask: () => void,
    private readonly onSilence: () => void,
  ) {
    this.arm(maxSilenceMs / 2);
  }

  heard(): void {
    this.lastHeardMs = performance.now();
  }

  /** While we do not read, nothing can be heard. */
  pause(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  resume(): void {
    if (this.timer !== undefined) return;
    this.heard();
    this.arm(this.maxSilenceMs / 2);
  }

  private arm(inMs: number): void {
    this.timer = setTimeout(() => this.onTimer(), inMs);
  }

  private onTimer(): void {
    const silentMs = performance.now() - this.lastHeardMs;
    const half = this.maxSilenceMs / 2;
    // Timers may fire a little early against the clock.
    if (silentMs >= this.maxSilenceMs - 1) return this.onSilence();
    if (silentMs >= half - 1) {
      this.ask();
      return this.arm(Math.max(1, this.maxSilenceMs - silentMs));
    }
    this.arm(half - silentMs);
  }
}
