import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLogFolder } from '../../src/delivery/log-cursor';
import { findSegments } from '../../src/delivery/segment';
import { eventually } from '../support/eventually';
import { degraded, ended, folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

test('seq is per session from 1 without gaps, offsets are of the whole log, lines can be read by people', async () => {
  const dir = folder();
  const outbox = await openOutbox(dir);
  const appended = await Promise.all(
    [0, 1, 0, 0, 1].map((s, n) => outbox.append(session(s), n % 2 === 0 ? result(n) : degraded(n))),
  );
  expect(appended.map((r) => r?.seq)).toEqual([1, 1, 2, 3, 2]);
  const records = await readAll(outbox);
  expect(records.map((r) => [r.offset, r.seq])).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 2],
  ]);
  expect(records[1]).toMatchObject({ topic: 'rapport.results', key: `acme/${session(1).sessionId}` });
  expect(records[1]!.event).toEqual(appended[1]!.event);

  const [header, ...lines] = readFileSync(join(dir, '00000000000000000000.log'), 'utf8').trimEnd().split('\n');
  expect(header).toBe(`rapport-outbox 2 0 ${outbox.logId}`);
  expect(lines.map((line) => JSON.parse(line.slice(9)).offset)).toEqual([0, 1, 2, 3, 4]);
  expect(lines[0]).toMatch(/^[0-9a-f]{8} \{"offset":0,"seq":1,"topic":"rapport.results","key":"acme\//);
  await outbox.shutdown();
});

test('the first record written with an id wins: at once, later, and after a restart', async () => {
  const dir = folder();
  let outbox = await openOutbox(dir);
  const both = await Promise.all([
    outbox.append(session(1), result(7, 'first')),
    outbox.append(session(1), result(7, 'second')),
  ]);
  expect(both.map((r) => r?.seq ?? null)).toEqual([1, null]);
  expect(await outbox.append(session(1), result(7, 'third'))).toBeNull();
  expect((await outbox.append(session(2), result(7)))?.seq).toBe(1);
  await outbox.shutdown();
  outbox = await openOutbox(dir);
  expect(await outbox.append(session(1), result(7, 'fourth'))).toBeNull();
  expect((await outbox.append(session(1), result(8)))?.seq).toBe(2);
  expect(JSON.stringify(await readAll(outbox))).not.toMatch(/second|third|fourth/);
  await outbox.shutdown();
});

test('after a restart the unfinished sessions are known, the ended ones are not', async () => {
  const dir = folder();
  let outbox = await openOutbox(dir);
  await outbox.append(session(1), result(1));
  await outbox.append(session(2), result(1));
  await outbox.append(session(2), ended());
  await outbox.shutdown();
  outbox = await openOutbox(dir);
  expect(outbox.unfinished()).toEqual([session(1)]);
  expect(outbox.recovery).toMatchObject({ records: 3, truncatedBytes: 0, missing: [] });
  await outbox.shutdown();
});

// Bug: whoever read the records of a session before those of the process before were taken up made it one that was not left.
test('an unfinished session is one also when somebody reads it, until its end has come', async () => {
  const dir = folder();
  let outbox = await openOutbox(dir);
  await outbox.append(session(1), result(1));
  await outbox.shutdown();
  outbox = await openOutbox(dir);
  const reading = outbox.subscribe(session(1), 0).subscribe();
  expect(outbox.unfinished()).toEqual([session(1)]);
  await outbox.append(session(1), ended());
  await outbox.close(session(1));
  expect(outbox.unfinished()).toEqual([]);
  reading.unsubscribe();
  await outbox.shutdown();
});

test('a closed session takes nothing more; a late subscriber still reads to its end', async () => {
  const outbox = await openOutbox(folder());
  const last = [outbox.append(session(1), result(1)), outbox.append(session(1), result(2))];
  await outbox.close(session(1));
  await Promise.all(last);
  await expect(outbox.append(session(1), result(3))).rejects.toMatchObject({ code: 'session_unknown' });
  const seqs: number[] = [];
  await outbox.subscribe(session(1), 1).forEach((record) => void seqs.push(record.seq));
  expect(seqs).toEqual([2]);
  await outbox.shutdown();
});

test('only durable events are taken, and none that Kafka could not take', async () => {
  const outbox = await openOutbox(folder());
  const heartbeat = { type: 'rapport.session.heartbeat', naturalKey: [1], data: { mediaMs: 1 } } as const;
  await expect(outbox.append(session(1), heartbeat)).rejects.toMatchObject({ code: 'internal' });
  await expect(outbox.append(session(1), result(1, 'x'.repeat(900_000)))).rejects.toMatchObject({ code: 'internal' });
  expect((await outbox.append(session(1), result(1, 'x'.repeat(890_000))))?.seq).toBe(1);
  expect((await readAll(outbox)).map((r) => r.seq)).toEqual([1]);
  await outbox.shutdown();
});

test('more than may wait for the disk is refused as overloaded, and nothing of it is written', async () => {
  const outbox = await openOutbox(folder(), { maxQueuedBytes: 5_000 });
  const all = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => outbox.append(session(1), result(n))));
  const refused = all.filter((r) => r.status === 'rejected');
  expect(refused.length).toBeGreaterThan(5);
  expect(refused.every((r) => r.reason.code === 'overloaded')).toBe(true);
  expect((await readAll(outbox)).map((r) => r.seq)).toEqual([...Array(30 - refused.length).keys()].map((n) => n + 1));
  await outbox.shutdown();
});

test('a folder that cannot be used is named', async () => {
  const dir = folder();
  writeFileSync(join(dir, 'file'), '');
  await expect(openOutbox(join(dir, 'file', 'outbox'))).rejects.toMatchObject({
    code: 'data_dir_unusable',
    message: expect.stringContaining('ENOTDIR'),
  });
});

test('a log of another version or of something else is refused, and stays as it is', async () => {
  for (const [content, says] of [
    ['rapport-outbox 3 0 and what may come\n', 'has format version 3, this program reads 1 and 2'],
    ['hello world, this is a letter\n', 'no header'],
  ]) {
    const dir = folder();
    const path = join(dir, '00000000000000000000.log');
    writeFileSync(path, content!);
    await expect(openOutbox(dir)).rejects.toMatchObject({
      code: 'data_format',
      message: expect.stringContaining(says!),
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
    await expect(openOutbox(dir)).rejects.toMatchObject({ code: 'data_format' }); // and the lock was given back
  }
});

test('segments: read across, from any offset, also by a reader without the lock', async () => {
  const dir = folder();
  let outbox = await openOutbox(dir, { maxSegmentBytes: 2_000 });
  for (let n = 0; n < 40; n += 1) await outbox.append(session(n % 3), result(n));
  expect((await findSegments(dir)).length).toBeGreaterThan(5);
  const all = [...Array(40).keys()];
  for (const from of [0, 1, 13, 39, 40])
    expect((await readAll(outbox, from)).map((r) => r.offset)).toEqual(all.slice(from));
  const seen = [];
  for await (const record of readLogFolder(dir, 5)) seen.push(record.offset);
  expect(seen).toEqual(all.slice(5));
  await outbox.shutdown();
  outbox = await openOutbox(dir, { maxSegmentBytes: 2_000 });
  expect(outbox.nextOffset).toBe(40);
  const seqs: number[] = [];
  const subscription = outbox.subscribe(session(0), 0).subscribe((record) => seqs.push(record.seq));
  await outbox.append(session(0), result(100));
  await eventually(() => seqs.length >= 15);
  expect(seqs).toEqual([...Array(15).keys()].map((n) => n + 1));
  subscription.unsubscribe();
  await outbox.shutdown();
});

test('retention removes whole old segments, but nothing that the sink has not got', async () => {
  const dir = folder();
  const options = { maxSegmentBytes: 2_000, retentionBytes: 5_000, sweepMs: 10, holdForSink: true };
  const outbox = await openOutbox(dir, options);
  const before = outbox.subscribe(session(0), 0);
  for (let n = 0; n < 40; n += 1) await outbox.append(session(0), result(n));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await readAll(outbox))[0]!.offset).toBe(0);
  outbox.releaseBelow(10);
  await eventually(async () => (await findSegments(dir))[0]!.baseOffset > 0);
  expect((await findSegments(dir))[0]!.baseOffset).toBeLessThanOrEqual(10);
  outbox.releaseBelow(40);
  await eventually(async () => (await findSegments(dir)).reduce((sum, s) => sum + s.size, 0) <= 5_000);
  const left = await findSegments(dir);
  // Who asks for what is gone is told so; what is there is given.
  await expect(before.forEach(() => undefined)).rejects.toMatchObject({ code: 'resume_expired' });
  expect((await readAll(outbox)).map((r) => r.offset)).toEqual([...Array(40).keys()].slice(left[0]!.baseOffset));
  await outbox.shutdown();
  const again = await openOutbox(dir, options);
  expect((await again.append(session(0), result(40)))?.seq).toBe(41);
  await again.shutdown();
});

test('a segment that goes while the folder is looked through is no fault', async () => {
  const dir = folder();
  const outbox = await openOutbox(dir);
  await outbox.append(session(0), result(0));
  // listed, and not there when it is looked at
  symlinkSync(join(dir, 'gone'), join(dir, '99999999999999999999.log'));
  expect((await findSegments(dir)).map(({ baseOffset }) => baseOffset)).toEqual([0]);
  await outbox.shutdown();
});

test('a follower gets what was there and what comes, and ends when it is told to', async () => {
  const outbox = await openOutbox(folder());
  await outbox.append(session(1), result(0));
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const record of outbox.read(0, { follow: true, signal: stop.signal })) {
      seen.push(record.offset);
      if (record.offset === 49) setTimeout(() => stop.abort(), 20);
    }
  })();
  for (let n = 1; n < 50; n += 1) await outbox.append(session(n % 4), result(n));
  await reading;
  expect(seen).toEqual([...Array(50).keys()]);
  await outbox.shutdown();
});
