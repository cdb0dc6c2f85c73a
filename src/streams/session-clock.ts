/** The one source of time and timers of a session; scripted in tests. */
export interface SessionClock {
  /** Monotonic wall time, ms. */
  nowMs(): number;
  /**
   * Runs `task` once at the deadline (not after an interval); returns the cancellation. The task is told up to which
   * time all that arrived has been read.
   */
  at(deadlineMs: number, task: (heardMs: number) => void): () => void;
}

export const SESSION_CLOCK = Symbol('SessionClock');

export const systemClock: SessionClock = {
  nowMs: () => performance.now(),
  at: (deadlineMs, task) => {
    let read: NodeJS.Immediate | undefined;
    // Node runs due timers before it reads sockets: after a pause of our own, what has long arrived would look late.
    // Handling what is read takes time too, in which more arrives: so the time is that of the timer.
    const due = (): void => void (read = setImmediate(task, performance.now()));
    // timers count whole milliseconds, and would come before the deadline
    const timer = setTimeout(due, Math.max(0, Math.ceil(deadlineMs - performance.now())));
    return () => {
      clearTimeout(timer);
      clearImmediate(read);
    };
  },
};
