// Which tasks of a page's main thread were longer than 50 ms, and how much of each was whose script: Chromium's entries
// `long-animation-frame` (W3C Long Animation Frames) name the script that each entry point of 5 ms and more ran, and for how
// long. `longtask` says of a task that it was long, not whose it was.
const LONG_MS = 50;

/** @returns {{ longMs: number[], ours: { longestMs: number, over50: number, totalMs: number }, clear(): void }} */
export function watchTasks(ourScript) {
  const tasks = { longMs: [], ours: { longestMs: 0, over50: 0, totalMs: 0 }, clear };
  function clear() {
    tasks.longMs = [];
    tasks.ours = { longestMs: 0, over50: 0, totalMs: 0 };
  }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.longMs.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { scripts } of list.getEntries()) {
      for (const { sourceURL, duration } of scripts) {
        if (new URL(sourceURL, location.href).pathname !== ourScript) continue;
        tasks.ours.totalMs += duration;
        tasks.ours.longestMs = Math.max(tasks.ours.longestMs, duration);
        if (duration > LONG_MS) tasks.ours.over50 += 1;
      }
    }
  }).observe({ type: 'long-animation-frame', buffered: true });
  return tasks;
}
