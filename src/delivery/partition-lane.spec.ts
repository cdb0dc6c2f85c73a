import fc from 'fast-check';
import { type LaneItem, PartitionLane } from './partition-lane';
import { RefusedError } from './partition-producer';

const options = { maxBatchRecords: 4, maxBatchBytes: 1000, lingerMs: 5, minBackoffMs: 10, maxBackoffMs: 20 };
const item = (offset: number, bytes = 10): LaneItem => ({
  offset,
  bytes,
  message: { key: 'k', value: Buffer.from(String(offset)), headers: {} },
});

const none = { acked: () => undefined, failed: () => undefined, refused: () => true };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('whatever fails, records keep their order, one send runs at a time, and a failed batch is repeated as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 12 }),
      fc.array(fc.nat(20), { maxLength: 40 }),
      async (fails, gaps) => {
        const sent: string[] = [];
        const acked: number[] = [];
        const failures = [...fails];
        let failed: string | undefined;
        let running = 0;
        const lane = new PartitionLane(
          async (messages) => {
            expect((running += 1)).toBe(1);
            const batch = messages.map((m) => m.value!.toString()).join();
            if (failed !== undefined) expect(batch).toBe(failed);
            await new Promise((resolve) => setTimeout(resolve, 3));
            running -= 1;
            failed = failures.shift() ? batch : undefined;
            if (failed !== undefined) throw new Error('no');
            sent.push(...batch.split(','));
          },
          { ...none, acked: (items) => void acked.push(...items.map((i) => i.offset)) },
          options,
          new AbortController().signal,
        );
        for (const [offset, gap] of gaps.entries()) {
          lane.push(item(offset));
          await jest.advanceTimersByTimeAsync(gap);
        }
        await jest.advanceTimersByTimeAsync(2000);
        expect(acked).toEqual([...gaps.keys()]);
        expect(sent).toEqual(acked.map(String));
      },
    ),
    { numRuns: 50 },
  );
});

test('a batch is bounded in records and bytes; a record over the bound goes alone', async () => {
  const sizes: number[] = [];
  const send = async (messages: readonly unknown[]): Promise<void> => void sizes.push(messages.length);
  const lane = new PartitionLane(send, none, options, new AbortController().signal);
  for (let i = 0; i < 5; i += 1) lane.push(item(i));
  lane.push(item(5, 5000));
  lane.push(item(6, 600));
  lane.push(item(7, 600));
  await jest.advanceTimersByTimeAsync(100);
  expect(sizes).toEqual([4, 1, 1, 1, 1]);
});

test('after stop nothing is sent any more', async () => {
  const stop = new AbortController();
  let sends = 0;
  const send = async (): Promise<void> => {
    sends += 1;
    throw new Error('down');
  };
  const lane = new PartitionLane(send, none, options, stop.signal);
  lane.push(item(0));
  await jest.advanceTimersByTimeAsync(30);
  stop.abort();
  const before = sends;
  lane.push(item(1));
  await jest.advanceTimersByTimeAsync(1000);
  expect(sends).toBe(before);
});

test('whatever is refused among what fails, the rest arrives in its order and each refused record is given away alone', async () => {
  const cases = fc.record({
    bad: fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
    fails: fc.array(fc.boolean(), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ bad, fails }) => {
      const sent: number[] = [];
      const acked: number[] = [];
      const refused: number[] = [];
      const failures = [...fails];
      const lane = new PartitionLane(
        async (messages) => {
          if (failures.shift()) throw new Error('no');
          const offsets = messages.map((m) => Number(m.value!.toString()));
          if (offsets.some((offset) => bad[offset])) throw new RefusedError('too_large', 'one of them');
          sent.push(...offsets);
        },
        {
          ...none,
          acked: (items) => void acked.push(...items.map((i) => i.offset)),
          refused: (items) => {
            expect(items).toHaveLength(1);
            refused.push(items[0]!.offset);
            return true;
          },
        },
        options,
        new AbortController().signal,
      );
      for (const offset of bad.keys()) lane.push(item(offset));
      await jest.advanceTimersByTimeAsync(5000);
      expect(sent).toEqual([...bad.keys()].filter((offset) => !bad[offset]));
      expect(acked).toEqual(sent);
      expect(refused).toEqual([...bad.keys()].filter((offset) => bad[offset]));
    }),
    { numRuns: 50 },
  );
});

test('what nobody takes is tried again, with waits; what is all at fault is not cut', async () => {
  const batches: number[] = [];
  let takes = false;
  const lane = new PartitionLane(
    async (messages) => {
      batches.push(messages.length);
      throw new RefusedError('unknown_topic', 'no topic', true);
    },
    { ...none, refused: () => takes },
    options,
    new AbortController().signal,
  );
  for (let i = 0; i < 4; i += 1) lane.push(item(i));
  await jest.advanceTimersByTimeAsync(100);
  expect(batches.length).toBeGreaterThan(2);
  expect(batches.length).toBeLessThan(20);
  expect(new Set(batches)).toEqual(new Set([4]));
  takes = true;
  await jest.advanceTimersByTimeAsync(30);
  const after = batches.length;
  await jest.advanceTimersByTimeAsync(1000);
  expect(batches.length).toBe(after);
});
