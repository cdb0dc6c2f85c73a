import type { Deadlines } from './deadlines';

/** One deadline at most: the last that was asked for. */
export class DeadlineTimer {
  readonly #entry: { deadlineMs: number; readonly task: (heardMs: number) => void };

  constructor(
    private readonly deadlines: Deadlines,
    task: (heardMs: number) => void,
  ) {
    this.#entry = { deadlineMs: Infinity, task };
  }

  /** Infinity: there is none. */
  arm(deadlineMs: number): void {
    this.deadlines.set(this.#entry, deadlineMs);
  }

  cancel(): void {
    this.deadlines.remove(this.#entry);
  }
}
