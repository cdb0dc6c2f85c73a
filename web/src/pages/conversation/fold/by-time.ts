/**
 * Puts an element into a list in order, behind all that are not later. Results come nearly in order, so it is looked for
 * from the end.
 */
export function insertByTime<T>(list: T[], element: T, timeOf: (element: T) => number): void {
  const time = timeOf(element);
  let at = list.length;
  while (at > 0 && timeOf(list[at - 1]!) > time) at -= 1;
  list.splice(at, 0, element);
}

/** Index of the last element that is not later than `time`; -1: all are. By halving: lists of a day are long. */
export function lastNotAfter<T>(list: readonly T[], time: number, timeOf: (element: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(list[middle]!) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
