import type { SessionClock } from './session-clock';

interface Entry {
  deadlineMs: number;
  readonly task: (heardMs: number) => void;
}

/** Of the golden ratio: its multiples spread over a period, however many there are. */
const PHASE_STEP = (Math.sqrt(5) - 1) / 2;

/**
 * The deadlines of all sessions behind one timer. Those of busy streams move on with every frame: that costs nothing here,
 * and where a timer of its own would have woken the thread once a second for each session, one does for all of them. Wall ms.
 */
export class Deadlines {
  readonly #pending = new Set<Entry>();
  #cancel: (() => void) | undefined;
  /** When the timer comes: no later than the first deadline. */
  #atMs = Infinity;
  #isRunning = false;
  #phase = 0;

  constructor(private readonly clock: SessionClock) {}

  /** A share of a period in [0, 1), another one each time: sessions that begin together are not woken together. */
  nextPhase(): number {
    const phase = this.#phase;
    this.#phase = (phase + PHASE_STEP) % 1;
    return phase;
  }

  set(entry: Entry, deadlineMs: number): void {
    entry.deadlineMs = deadlineMs;
    if (deadlineMs === Infinity) return this.remove(entry);
    this.#pending.add(entry);
    if (deadlineMs < this.#atMs && !this.#isRunning) this.#arm(deadlineMs);
  }

  remove(entry: Entry): void {
    this.#pending.delete(entry);
    // only who waits for something keeps a process
    if (this.#pending.size === 0) this.#disarm();
  }

  #arm(atMs: number): void {
    this.#disarm();
    if (atMs === Infinity) return;
    this.#atMs = atMs;
    this.#cancel = this.clock.at(atMs, (heardMs) => this.#due(heardMs));
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#atMs = Infinity;
  }

  #due(heardMs: number): void {
    this.#cancel = undefined;
    this.#atMs = Infinity;
    this.#isRunning = true;
    try {
      for (const entry of [...this.#pending]) {
        // a task before it may have moved it
        if (entry.deadlineMs > heardMs || !this.#pending.delete(entry)) continue;
        entry.task(heardMs);
      }
    } finally {
      this.#isRunning = false;
      let firstMs = Infinity;
      for (const { deadlineMs } of this.#pending) firstMs = Math.min(firstMs, deadlineMs);
      this.#arm(firstMs);
    }
  }
}
