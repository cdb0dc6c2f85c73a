/** What waits for its frame, in order; at most one entry for each who asked. */
const waiting = new Set<() => void>();
let isAwaited = false;

/**
 * Runs a task once what was drawn before it is on the screen, and one task a frame, whoever asks: so that no frame has more to lay out
 * than one task has changed. While nobody looks at the page there are no frames, and all wait. Returns how to leave it.
 */
export function afterFrame(task: () => void): () => void {
  const entry = (): void => task();
  waiting.add(entry);
  if (!isAwaited) awaitFrame();
  return () => void waiting.delete(entry);
}

/** Not within the frame: what is changed there is laid out in the same task. */
function awaitFrame(): void {
  isAwaited = true;
  requestAnimationFrame(() => setTimeout(runFirst));
}

function runFirst(): void {
  isAwaited = false;
  const [first] = waiting;
  if (first === undefined) return;
  waiting.delete(first);
  if (waiting.size > 0) awaitFrame();
  first();
}
