/**
 * The next order on the way from one to another: what is gone is left out, and at most `most` are put where they belong or come new,
 * the first of the new order first. The others stay where they are: to move a card is to lay it out. After enough steps it is
 * `after`. Pure.
 */
export function stepTowards(before: readonly string[], after: readonly string[], most: number): readonly string[] {
  const wanted = new Map(after.map((id, place) => [id, place]));
  const left = before.filter((id) => wanted.has(id));
  const staying = new Set(risingIds(left, wanted));
  const moving = after.filter((id) => !staying.has(id)).slice(0, most);
  if (moving.length === after.length - staying.size) return after;
  const moved = new Set(moving);
  const order = left.filter((id) => !moved.has(id));
  // all that comes before one of them in the new order stays or was put in its place already
  for (const id of moving) {
    const place = wanted.get(id)!;
    order.splice(place === 0 ? 0 : order.indexOf(after[place - 1]!) + 1, 0, id);
  }
  return order;
}

/** The most of them that are in the wanted order already (longest increasing subsequence, by patience sorting). */
function risingIds(ids: readonly string[], wanted: ReadonlyMap<string, number>): readonly string[] {
  /** Of each length: the place in `ids` where the run of that length ends that ends lowest. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  const valueAt = (place: number): number => wanted.get(ids[place]!)!;
  for (let i = 0; i < ids.length; i += 1) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueAt(ends[middle]!) < valueAt(i)) low = middle + 1;
      else high = middle;
    }
    previous[i] = ends[low - 1];
    ends[low] = i;
  }
  const run: string[] = [];
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) run.unshift(ids[at]!);
  return run;
}
