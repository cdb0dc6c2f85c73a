import { gather } from './gather';

async function* from<T>(batches: readonly T[][]): AsyncGenerator<readonly T[]> {
  for (const batch of batches) {
    await Promise.resolve();
    yield batch;
  }
}

/** Pauses that a test ends. */
function pauses() {
  const open: (() => void)[] = [];
  return { open, pause: () => new Promise<void>((resolve) => open.push(resolve)) };
}

describe('gather', () => {
  it('gives the first at once, and behind it what comes until the pause is over', async () => {
    const { open, pause } = pauses();
    const gathered = gather(from([[1], [2], [3]]), 10, pause);
    expect((await gathered.next()).value).toEqual([1]);
    const more = gathered.next();
    await new Promise(setImmediate);
    expect(open).toHaveLength(1);
    open[0]!();
    expect((await more).value).toEqual([2, 3]);
  });

  it('waits for no pause where there are enough', async () => {
    const { pause } = pauses();
    const gathered = gather(from([[1], [2, 3], [4], [5, 6, 7]]), 2, pause);
    expect((await gathered.next()).value).toEqual([1]);
    expect((await gathered.next()).value).toEqual([2, 3]);
    expect((await gathered.next()).value).toEqual([4, 5, 6, 7]);
  });

  it('does not begin a pause for each full batch: eleven at once warned of a leak of listeners', async () => {
    const { open, pause } = pauses();
    const gathered = gather(from(Array.from({ length: 40 }, (_, i) => [i, i])), 2, pause);
    let batches = 0;
    for await (const batch of gathered) batches += batch.length === 2 ? 1 : 0;
    expect(batches).toBe(40);
    expect(open).toHaveLength(1);
  });
});
