import type { SessionClock } from './session-clock';

interface Entry {
  deadlineMs: number;
  readonly task: (heardMs: number) => void;
}

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

  constructor(private readonly clock: SessionClock) {}

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
