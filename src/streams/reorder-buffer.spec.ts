import fc from 'fast-check';
import { ReorderBuffer } from './reorder-buffer';

/** What a stream intake does with it. */
function feed(buffer: ReorderBuffer<number>, seqs: readonly number[]): number[] {
  const out: number[] = [];
  for (const seq of seqs) {
    const place = buffer.place(seq);
    if (place === 'ahead') buffer.hold(seq, seq);
    if (place !== 'next') continue;
    buffer.advance();
    out.push(seq);
    for (let held = buffer.takeNext(); held !== undefined; held = buffer.takeNext()) out.push(held);
  }
  return out;
}

describe('ReorderBuffer', () => {
  it('gives every seq once and in order, however they come within the bound', () => {
    const shuffled = fc
      .integer({ min: 1, max: 40 })
      .chain((n) => fc.shuffledSubarray([...Array(n).keys(), ...Array(n).keys()], { minLength: 2 * n }));
    fc.assert(
      fc.property(shuffled, (seqs) => {
        const buffer = new ReorderBuffer<number>(40);
        expect(feed(buffer, seqs)).toEqual([...Array(seqs.length / 2).keys()]);
        expect(buffer.heldCount).toBe(0);
      }),
    );
  });

  it('names places', () => {
    const buffer = new ReorderBuffer<number>(2);
    buffer.advance();
    buffer.hold(3, 3);
    expect([0, 1, 2, 3, 4].map((seq) => buffer.place(seq))).toEqual(['behind', 'next', 'ahead', 'behind', 'beyond']);
  });

  it('gives up a hole', () => {
    const buffer = new ReorderBuffer<number>(9);
    expect(buffer.skipHole()).toBe(0);
    buffer.hold(5, 5);
    buffer.hold(4, 4);
    expect(buffer.skipHole()).toBe(4);
    expect([buffer.takeNext(), buffer.takeNext(), buffer.takeNext()]).toEqual([4, 5, undefined]);
    expect(buffer.nextSeq).toBe(6);
  });
});
