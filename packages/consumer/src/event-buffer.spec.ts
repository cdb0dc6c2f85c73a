import { EventBuffer } from './event-buffer';
import type { Lease } from './leases';

const lease = (partition = 0): Lease => ({
  ...{ topic: 't', partition, isRevoked: false, handOutFrom: 0, next: 0, committed: 0 },
  ...{ idsTo: 0, idsKeptTo: 0 },
});
const record = (offset: number, bytes = 0) => ({
  ...{ offset, timestampMs: 0, key: null, headers: {} },
  value: Buffer.alloc(bytes),
});
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));

describe('EventBuffer', () => {
  const bounds = { maxBufferedRecords: 10, maxBufferedBytes: 100_000 };

  it('asks for no more when it is full, and for more when it is half empty', () => {
    const held: boolean[] = [];
    const buffer = new EventBuffer(bounds, (is) => held.push(is));
    const one = lease();
    buffer.push(one, records(0, 9));
    expect(held).toEqual([]);
    buffer.push(one, records(9, 14)); // what a fetch had already brought
    expect(held).toEqual([true]);
    const taken = Array.from({ length: 8 }, () => buffer.take()!.record.offset);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(held).toEqual([true]);
    buffer.take();
    expect([held, buffer.size]).toEqual([[true, false], 5]);
  });

  it('counts bytes, too', () => {
    const held: boolean[] = [];
    const buffer = new EventBuffer(bounds, (is) => held.push(is));
    buffer.push(lease(), [record(0, 60_000), record(1, 60_000)]);
    expect(held).toEqual([true]);
    buffer.take();
    buffer.take();
    expect(held).toEqual([true, false]);
  });

  it('hands out nothing of a partition that was taken away', async () => {
    const buffer = new EventBuffer(bounds, () => {});
    const [lost, ours] = [lease(0), lease(1)];
    buffer.push(lost, records(0, 3));
    buffer.push(ours, records(7, 8));
    lost.isRevoked = true;
    expect((await buffer.next())!.record.offset).toBe(7);
    buffer.dropRevoked();
    expect(buffer.size).toBe(0);
  });

  it('wakes who waits, for a record, for the end and for a failure', async () => {
    const buffer = new EventBuffer(bounds, () => {});
    const waiting = buffer.next();
    buffer.push(lease(), records(3, 4));
    expect((await waiting)!.record.offset).toBe(3);
    const last = buffer.next();
    buffer.end();
    expect(await last).toBeUndefined();
    const failing = new EventBuffer(bounds, () => {});
    const failed = failing.next();
    failing.end(new Error('gone'));
    await expect(failed).rejects.toThrow('gone');
  });
});
