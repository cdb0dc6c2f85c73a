import fc from 'fast-check';
import { RecordTap, type TappedRecord, type TapPosition } from '../../src/delivery/record-tap';
import { folder, openOutbox, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

/** Whoever stops anywhere and goes on from the place it kept, in the same process or a later one, meets every record once. */
test('a tap gives every record of all sessions once, over restarts and at any place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ appends: fc.nat(8), reads: fc.nat(10), restarts: fc.boolean() }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(600, 1_000_000),
      async (steps, maxBatchRecords, maxSegmentBytes) => {
        const dir = folder();
        let outbox = await openOutbox(dir, { maxSegmentBytes, groupCommitMs: 1 });
        let place: TapPosition | undefined;
        const met: string[] = [];
        const wanted: string[] = [];
        const take = async (count: number): Promise<void> => {
          if (count === 0) return;
          const batches = new RecordTap(outbox).batches(place, { follow: false, maxBatchRecords });
          for await (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(maxBatchRecords);
            for (const { position, record } of batch.slice(0, count)) {
              met.push(record.event.id);
              place = position;
              count -= 1;
            }
            if (count === 0) return;
          }
        };
        let n = 0;
        for (const { appends, reads, restarts } of steps) {
          const some = Array.from({ length: appends }, () => outbox.append(session(n % 3), result((n += 1))));
          for (const record of await Promise.all(some)) wanted.push(record!.event.id);
          await take(reads);
          if (!restarts) continue;
          await outbox.shutdown();
          outbox = await openOutbox(dir, { maxSegmentBytes, groupCommitMs: 1 });
        }
        await take(Infinity);
        await outbox.shutdown();
        expect(met).toEqual(wanted);
      },
    ),
    { numRuns: 30 },
  );
});

test('a tap waits for what comes, begins at the oldest record of another log, and ends when told to', async () => {
  const outbox = await openOutbox(folder());
  const tap = new RecordTap(outbox);
  await outbox.append(session(0), result(1));
  const end = tap.end();
  const stop = new AbortController();
  const live = tap.records(end, { signal: stop.signal });
  const next = live.next();
  const written = await outbox.append(session(1), result(2));
  expect(((await next).value as TappedRecord).record.event.id).toBe(written!.event.id);
  const elsewhere = tap.records({ logId: 'another', offset: 7 }, { follow: false });
  expect(((await elsewhere.next()).value as TappedRecord).position).toEqual({ ...end, offset: 1 });
  const never = live.next();
  stop.abort();
  expect(await never).toEqual({ value: undefined, done: true });
  await outbox.shutdown();
});
