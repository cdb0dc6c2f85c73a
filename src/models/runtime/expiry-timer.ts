import { threadClockMs } from './worker-messages';

/** The longest delay of Node's timers, ms: a longer one would run at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls back when the first deadline has come, on `threadClockMs`; one pending timer at most, which keeps no process alive. */
export class ExpiryTimer {
  private timer: NodeJS.Timeout | undefined;
  private atMs = Infinity;

  constructor(private readonly due: () => void) {}

  /** An earlier deadline moves the timer; a later one does not: whoever is called looks at the clock anyway. */
  arm(atMs: number): void {
    if (atMs >= this.atMs) return;
    this.cancel();
    this.atMs = atMs;
    const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, atMs - threadClockMs()));
    this.timer = setTimeout(() => {
      this.atMs = Infinity;
      this.due();
    }, delayMs).unref();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.atMs = Infinity;
  }
}
