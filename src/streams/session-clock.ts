/** The one source of time and timers of a session; scripted in tests. */
export interface SessionClock {
  /** Monotonic wall time, ms. */
  nowMs(): number;
  /** Runs `task` once at the deadline (not after an interval); returns the cancellation. */
  at(deadlineMs: number, task: () => void): () => void;
}

export const systemClock: SessionClock = {
  nowMs: () => performance.now(),
  at: (deadlineMs, task) => {
    let read: NodeJS.Immediate | undefined;
    // Node runs due timers before it reads sockets: after a pause of our own, what has long arrived would look late.
    const timer = setTimeout(() => (read = setImmediate(task)), Math.max(0, deadlineMs - performance.now()));
    return () => {
      clearTimeout(timer);
      clearImmediate(read);
    };
  },
};
