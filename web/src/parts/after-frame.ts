/** What waits for its turn, in order; at most one entry for each who asked. */
const waiting = new Set<() => void>();
/** A task runs soon, or has run and its frame has not passed. */
let isBusy = false;

/**
 * Runs a task in its turn: at once when nothing else is drawn, and one task a frame, whoever asks, so that no frame has more to lay out
 * than one task has changed. While nobody looks at the page there are no frames: one task runs, and the others wait. Returns how to
 * leave it.
 */
export function afterFrame(task: () => void): () => void {
  const entry = (): void => task();
  waiting.add(entry);
  if (!isBusy) {
    isBusy = true;
    // a task of its own: whoever asks has work of their own to do
    setTimeout(runFirst);
  }
  return () => void waiting.delete(entry);
}

function runFirst(): void {
  const [first] = waiting;
  isBusy = first !== undefined;
  if (first === undefined) return;
  waiting.delete(first);
  // the frame of what it changes, and of nothing else; not within that: what is changed there is laid out in the same task
  requestAnimationFrame(() => setTimeout(runFirst));
  first();
}
