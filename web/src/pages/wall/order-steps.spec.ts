import fc from 'fast-check';
import { stepTowards } from './order-steps';

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 50 });

it('one card that goes to the front is the only one that moves', () => {
  expect(stepTowards(['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'], 1)).toEqual(['d', 'a', 'b', 'c']);
  expect(stepTowards(['a', 'b', 'c', 'd'], ['b', 'c', 'd', 'a'], 1)).toEqual(['b', 'c', 'd', 'a']);
});

it('the most urgent of those that move are put in their places first, and what is gone is gone at once', () => {
  const after = ['e', 'd', 'a', 'b', 'c'];
  const first = stepTowards(['a', 'b', 'x', 'c', 'd', 'e'], after, 1);
  expect(first).toEqual(['e', 'a', 'b', 'c', 'd']);
  expect(stepTowards(first, after, 1)).toEqual(after);
});

it('whatever the two orders are: no step moves more than it may, and enough of them lead there', () => {
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 8 }), (before, after, most) => {
      let order: readonly string[] = before;
      for (let steps = 0; steps <= Math.ceil(after.length / most); steps += 1) {
        const next = stepTowards(order, after, most);
        expect([...next].sort()).toEqual([...new Set(next)].sort());
        expect(next.every((id) => after.includes(id))).toBe(true);
        // without those that came or moved the two are the same
        const kept = order.filter((id) => next.includes(id));
        const came = next.filter((id) => !order.includes(id));
        expect(came.length).toBeLessThanOrEqual(most);
        expect(movesBetween(kept, next.filter((id) => order.includes(id)))).toBeLessThanOrEqual(most - came.length); // prettier-ignore
        order = next;
      }
      expect(order).toEqual(after);
    }),
  );
});

/** Fewest that have to be put elsewhere, the slow way: all but the longest common run. */
function movesBetween(a: readonly string[], b: readonly string[]): number {
  const common: number[][] = [Array<number>(b.length + 1).fill(0)];
  for (const [i, one] of a.entries()) {
    const above = common[i]!;
    const row = [0];
    for (const [j, other] of b.entries()) row.push(one === other ? above[j]! + 1 : Math.max(above[j + 1]!, row[j]!));
    common.push(row);
  }
  return a.length - common[a.length]![b.length]!;
}
