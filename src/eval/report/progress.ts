/** Least time between two lines of progress. */
const TELL_MS = 2000;

/** A line on standard error now and then; each call of the result is one item done. */
export function progressOf(what: string, total: number): () => void {
  let done = 0;
  let toldMs = 0;
  return () => {
    done += 1;
    const nowMs = performance.now();
    if (done < total && nowMs - toldMs < TELL_MS) return;
    toldMs = nowMs;
    process.stderr.write(`${what}: ${done} of ${total}\n`);
  };
}
