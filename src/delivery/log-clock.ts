/** The time that the outbox waits and counts by: it never goes back, whatever is done to the clock on the wall. */
export interface LogClock {
  /** Monotonic, ms. */
  nowMs(): number;
  /** Runs the task once at the deadline; gives its cancellation. */
  at(deadlineMs: number, task: () => void): () => void;
}

/** Its timers do not keep a process alive. */
export const systemLogClock: LogClock = {
  nowMs: () => performance.now(),
  at: (deadlineMs, task) => {
    const timer = setTimeout(task, Math.max(0, deadlineMs - performance.now())).unref();
    return () => clearTimeout(timer);
  },
};
