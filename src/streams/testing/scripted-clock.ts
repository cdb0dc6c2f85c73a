import type { SessionClock } from '../session-clock';

/** Time that moves when told to; due tasks run in the order of their deadlines. */
export class ScriptedClock implements SessionClock {
  #nowMs: number;
  readonly #tasks = new Set<{ deadlineMs: number; task: (heardMs: number) => void }>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  get pendingTimers(): number {
    return this.#tasks.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(deadlineMs: number, task: (heardMs: number) => void): () => void {
    const entry = { deadlineMs, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  advanceTo(targetMs: number): void {
    for (let runs = 0; ; runs += 1) {
      const due = [...this.#tasks].sort((a, b) => a.deadlineMs - b.deadlineMs)[0];
      if (due === undefined || due.deadlineMs > targetMs) break;
      if (runs > 100_000) throw new Error('a timer arms itself for now, again and again');
      this.#tasks.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.deadlineMs);
      due.task(this.#nowMs);
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }
}
