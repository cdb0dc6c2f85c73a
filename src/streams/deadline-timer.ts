import type { SessionClock } from './session-clock';

/**
 * One pending timer at most. A later deadline than the pending one does not move it: deadlines of busy streams move
 * with every frame, and whoever is woken looks at the clock anyway.
 */
export class DeadlineTimer {
  #cancel: (() => void) | undefined;
  #deadlineMs = Infinity;

  constructor(
    private readonly clock: SessionClock,
    private readonly task: (heardMs: number) => void,
  ) {}

  arm(deadlineMs: number): void {
    if (deadlineMs >= this.#deadlineMs) return;
    this.cancel();
    this.#deadlineMs = deadlineMs;
    this.#cancel = this.clock.at(deadlineMs, (heardMs) => {
      this.#deadlineMs = Infinity;
      this.#cancel = undefined;
      this.task(heardMs);
    });
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#deadlineMs = Infinity;
  }
}
