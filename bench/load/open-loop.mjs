// Does each thing at its intended time, whatever became of those before it, and keeps how late it was itself.

const REAL_CLOCK = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** @param items {atMs, act}; times count from `startMs` on the clock. @returns lateness of each, ms */
export async function openLoop(items, startMs, clock = REAL_CLOCK) {
  const inOrder = [...items].sort((a, b) => a.atMs - b.atMs);
  const lateMs = new Float64Array(inOrder.length);
  for (let i = 0; i < inOrder.length; i++) {
    const dueMs = startMs + inOrder[i].atMs;
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    lateMs[i] = Math.max(0, clock.nowMs() - dueMs);
    inOrder[i].act();
  }
  return inOrder.map(({ atMs }, i) => ({ atMs, lateMs: lateMs[i] }));
}
