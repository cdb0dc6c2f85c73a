import fc from 'fast-check';
import { MessageOrder } from './message-order';

function ordered(arrivals: readonly number[], maxHeld?: number, flush = true) {
  const out: { seq: number; missing: boolean }[] = [];
  let again = 0;
  const order = new MessageOrder<number>(
    1,
    { next: (seq, missing) => out.push({ seq, missing }), again: () => (again += 1) },
    maxHeld,
  );
  for (const seq of arrivals) order.arrived(seq, seq);
  if (flush) order.flush();
  return { seqs: out.map(({ seq }) => seq), missing: out.filter((one) => one.missing).map(({ seq }) => seq), again };
}

describe('messages in the order of their numbers', () => {
  it('come out as they came where nothing is wrong', () => {
    expect(ordered([1, 2, 3])).toEqual({ seqs: [1, 2, 3], missing: [], again: 0 });
  });

  it('wait for one that is late', () => {
    expect(ordered([2, 3, 1, 4], undefined, false)).toEqual({ seqs: [1, 2, 3, 4], missing: [], again: 0 });
  });

  it('do not wait longer than so many of them', () => {
    expect(ordered([1, 3, 4, 5], 2, false)).toEqual({ seqs: [1, 3, 4, 5], missing: [3], again: 0 });
    // it comes after all, too late
    expect(ordered([1, 3, 4, 5, 2], 2, false)).toEqual({ seqs: [1, 3, 4, 5], missing: [3], again: 1 });
  });

  it('go on from a number far away', () => {
    expect(ordered([1, 1_000_000, 1_000_001])).toEqual({ seqs: [1, 1e6, 1_000_001], missing: [1e6], again: 0 });
  });

  it('are given out over every hole at the end', () => {
    expect(ordered([1, 3, 6])).toEqual({ seqs: [1, 3, 6], missing: [3, 6], again: 0 });
  });

  it('come out once each and in order, whatever comes; within reach of the buffer none is lost', () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 120 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 20 }), (seqs, maxHeld) => {
        const { seqs: out, again } = ordered(seqs, maxHeld);
        expect(out).toEqual([...new Set(out)].sort((a, b) => a - b));
        expect(out.length + again).toBe(seqs.length);
      }),
    );
    const blocks = fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(blocks, (all) => {
        const seqs = all.flatMap((block, i) => block.map((at) => 1 + 8 * i + at));
        expect(ordered(seqs, 8, false)).toEqual({ seqs: [...seqs].sort((a, b) => a - b), missing: [], again: 0 });
      }),
    );
  });
});
