import fc from 'fast-check';
import { folder, openOutbox, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

/**
 * Subscribers come at any moment, from any seq, while several sessions are written and then closed. Each must get
 * every durable record of its session after its seq once, in order, and then complete; and never one that is not on disk.
 */
test('replay, then live: no gap, no double, whenever one subscribes', async () => {
  const plan = fc.record({
    before: fc.nat(150),
    during: fc.nat(80),
    // Small segments, so that replays cross them.
    maxSegmentBytes: fc.constantFrom(1_000, 50_000),
    subscribers: fc.array(
      fc.record({ session: fc.nat(2), at: fc.nat(80), afterSeq: fc.nat(60), leavesAfter: fc.option(fc.nat(10)) }),
      { maxLength: 8 },
    ),
    pauses: fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ before, during, maxSegmentBytes, subscribers, pauses }) => {
      const outbox = await openOutbox(folder(), { maxSegmentBytes });
      const appends: Promise<unknown>[] = [];
      const written = [0, 0, 0];
      const append = (n: number): void => {
        written[n % 3]! += 1;
        appends.push(outbox.append(session(n % 3), result(n)));
      };
      for (let n = 0; n < before; n += 1) append(n);
      await Promise.all(appends);

      const seen = subscribers.map(() => ({ seqs: [] as number[], isComplete: false, errors: [] as unknown[] }));
      for (let n = 0; n <= during; n += 1) {
        for (const [i, subscriber] of subscribers.entries()) {
          if (Math.min(subscriber.at, during) !== n) continue;
          const mine = seen[i]!;
          const subscription = outbox.subscribe(session(subscriber.session), subscriber.afterSeq).subscribe({
            next: (record) => {
              mine.seqs.push(record.seq);
              if (mine.seqs.length === subscriber.leavesAfter) setImmediate(() => subscription.unsubscribe());
            },
            complete: () => (mine.isComplete = true),
            error: (error) => mine.errors.push(error),
          });
        }
        if (n < during) append(before + n);
        await turns(pauses[n % pauses.length]!);
      }
      await Promise.all([0, 1, 2].map((n) => outbox.close(session(n))));
      await Promise.all(appends);
      const isWaiting = (): boolean => seen.some((s, i) => !s.isComplete && subscribers[i]!.leavesAfter === null);
      for (const deadline = Date.now() + 3_000; isWaiting() && Date.now() < deadline;) await turns(5);

      for (const [i, { seqs, isComplete, errors }] of seen.entries()) {
        const { session: n, afterSeq, leavesAfter } = subscribers[i]!;
        const expected = Array.from({ length: Math.max(0, written[n]! - afterSeq) }, (_, k) => afterSeq + 1 + k);
        expect(errors).toEqual([]);
        expect(seqs).toEqual(expected.slice(0, seqs.length));
        if (leavesAfter === null) {
          expect(seqs).toHaveLength(expected.length);
          expect(isComplete).toBe(true);
        }
      }
      await outbox.shutdown();
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('a record is shown only when it is durable: before its append resolves, and never when the append is refused', async () => {
  const outbox = await openOutbox(folder());
  const order: string[] = [];
  outbox.subscribe(session(1), 0).subscribe((record) => order.push(`shown ${record.seq} of ${outbox.nextOffset}`));
  const appended = outbox.append(session(1), result(1)).then(() => order.push('acknowledged'));
  expect(order).toEqual([]);
  await appended;
  expect(order).toEqual(['shown 1 of 1', 'acknowledged']);
  await outbox.shutdown();
});
