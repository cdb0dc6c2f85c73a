import fc from 'fast-check';
import { readLogFolder } from '../../src/delivery/log-cursor';
import type { LogRecord } from '../../src/delivery/record-line';
import { toKafkaMessage } from '../../src/delivery/kafka-message';
import { folder, openOutbox, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const shown = (record: LogRecord) => {
  const { offset, seq, topic, key, event } = record;
  return JSON.parse(JSON.stringify({ offset, seq, topic, key, event, sent: String(toKafkaMessage(record).value) }));
};

/**
 * Who follows the log gets what is still in memory from there and the rest from the files: the same records either way,
 * whatever the bounds are and however far behind the reader is.
 */
test('a reader at the end of the log gets what stands in its files, in order and once', async () => {
  const burst = fc.record({ appends: fc.integer({ min: 1, max: 12 }), reads: fc.integer({ min: 0, max: 14 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(burst, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(0, 700, 3000, 1_000_000),
      fc.constantFrom(600, 2500, 1_000_000),
      fc.nat(5),
      async (bursts, maxTailBytes, maxSegmentBytes, from) => {
        const dir = folder();
        const outbox = await openOutbox(dir, { maxTailBytes, maxSegmentBytes, groupCommitMs: 1 });
        const stop = new AbortController();
        const reader = outbox.read(from, { follow: true, signal: stop.signal });
        const read: LogRecord[] = [];
        let wanted = 0;
        const take = async (count: number): Promise<void> => {
          for (let i = 0; i < count && read.length < wanted; i += 1)
            read.push((await reader.next()).value as LogRecord);
        };
        let n = 0;
        for (const { appends, reads } of bursts) {
          await Promise.all(
            Array.from({ length: appends }, () => outbox.append(session(n % 3), result((n += 1), 'ü'))),
          );
          wanted = Math.max(0, n - from);
          await take(reads);
        }
        await take(Infinity);
        stop.abort();
        await reader.return(undefined);
        await outbox.shutdown();
        const stored: LogRecord[] = [];
        for await (const record of readLogFolder(dir, from)) stored.push(record);
        expect(read.map(shown)).toEqual(stored.map(shown));
        expect(read).toHaveLength(wanted);
      },
    ),
    { numRuns: 60 },
  );
});

test('what was written while nobody read is read from the files, whatever was written since', async () => {
  const outbox = await openOutbox(folder());
  const offsets: number[] = [];
  const readAndAppend = async (from: number): Promise<void> => {
    const reader = outbox.read(from, { follow: true });
    if (outbox.nextOffset > from) offsets.push((await reader.next()).value!.offset);
    else void reader.next();
    await outbox.append(session(0), result(outbox.nextOffset));
    await reader.return(undefined);
  };
  await readAndAppend(0);
  for (let n = 0; n < 3; n += 1) await outbox.append(session(1), result(n));
  await readAndAppend(0);
  for await (const { offset } of outbox.read(1)) offsets.push(offset);
  expect(offsets).toEqual([0, 1, 2, 3, 4]);
  await outbox.shutdown();
});

test('what was erased is no longer handed out of memory', async () => {
  const outbox = await openOutbox(folder());
  const stop = new AbortController();
  const reader = outbox.read(0, { follow: true, signal: stop.signal });
  await outbox.append(session(0), result(1));
  await reader.next();
  await outbox.append(session(1), result(1));
  await outbox.append(session(2), result(1));
  const { partitionkey } = (await outbox.append(session(1), result(2)))!.event;
  await outbox.erase(new Set([partitionkey]));
  await outbox.append(session(2), result(2));
  const keys = [await reader.next(), await reader.next()].map(({ value }) => (value as LogRecord).offset);
  expect(keys).toEqual([2, 4]);
  stop.abort();
  await outbox.shutdown();
});
