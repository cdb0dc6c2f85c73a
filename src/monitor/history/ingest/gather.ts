/**
 * What comes in small batches as larger ones: at once when the last was long enough ago, else with all that comes until `pause` is over,
 * or until there are `enough`. One pause at a time: many full batches in it begin no other.
 */
export async function* gather<T>(
  batches: AsyncIterable<readonly T[]>,
  enough: number,
  pause: () => Promise<void>,
): AsyncGenerator<readonly T[]> {
  const reader = batches[Symbol.asyncIterator]();
  let next = reader.next();
  let isPaused = false;
  let paused = Promise.resolve();
  for (;;) {
    const first = await next;
    if (first.done === true) return;
    const gathered = [...first.value];
    next = reader.next();
    next.catch(() => {}); // whoever stops here does not ask for it
    while (gathered.length < enough) {
      const more = await Promise.race([next, paused.then(() => undefined)]);
      if (more === undefined || more.done === true) break;
      gathered.push(...more.value);
      next = reader.next();
      next.catch(() => {});
    }
    yield gathered;
    if (isPaused) continue;
    isPaused = true;
    paused = pause().finally(() => (isPaused = false));
  }
}
