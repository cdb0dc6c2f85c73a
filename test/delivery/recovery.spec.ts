import { appendFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { findSegments } from '../../src/delivery/segment';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const FIRST = '00000000000000000000.log';

async function written(count: number, options = {}): Promise<string> {
  const dir = folder();
  const outbox = await openOutbox(dir, options);
  for (let n = 0; n < count; n += 1) await outbox.append(session(n % 2), result(n));
  await outbox.shutdown();
  return dir;
}

test('cut at every byte of the header of a new segment', async () => {
  const dir = await written(6, { maxSegmentBytes: 1_000 });
  const last = (await findSegments(dir)).at(-1)!;
  const whole = readFileSync(last.path);
  const header = whole.subarray(0, whole.indexOf(0x0a) + 1);
  for (let length = header.length; length >= 0; length -= 1) {
    truncateSync(last.path, length);
    const outbox = await openOutbox(dir);
    expect(outbox.nextOffset).toBe(last.baseOffset);
    await outbox.shutdown();
    writeFileSync(last.path, header);
  }
});

test('whatever garbage follows the last commit is cut off, also with line ends and with halves of records in it', async () => {
  const clean = await written(3);
  const record = readFileSync(join(clean, FIRST), 'utf8').split('\n')[3]!;
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(record.length - 1).map((n) => Buffer.from(record.slice(0, n))),
    fc.constant(Buffer.from('\n')),
    fc.constant(Buffer.alloc(4096)),
    fc.constant(Buffer.from(`${record.replace('"seq":2', '"seq":9')}\n`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), async (pieces) => {
      const dir = folder();
      cpSync(clean, dir, { recursive: true });
      appendFileSync(join(dir, FIRST), Buffer.concat(pieces));
      const outbox = await openOutbox(dir);
      expect(outbox.nextOffset).toBe(3);
      expect((await outbox.append(session(1), result(99)))?.seq).toBe(2);
      expect((await readAll(outbox)).map((r) => r.offset)).toEqual([0, 1, 2, 3]);
      await outbox.shutdown();
    }),
    { numRuns: 60 },
  );
});

test('damage in a full segment is refused with file and byte; moved away, the log opens and says what is missing', async () => {
  const dir = await written(12, { maxSegmentBytes: 1_200 });
  const files = await findSegments(dir);
  const [, middle, following] = files as [unknown, (typeof files)[0], (typeof files)[0]];
  const bytes = readFileSync(middle.path);
  bytes[bytes.length - 10]! ^= 1;
  writeFileSync(middle.path, bytes);
  const at = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  await expect(openOutbox(dir)).rejects.toMatchObject({
    code: 'data_format',
    message: expect.stringMatching(new RegExp(`${middle.baseOffset}\\.log is damaged: the record at byte ${at} `)),
  });
  rmSync(middle.path);
  const outbox = await openOutbox(dir);
  expect(outbox.recovery.missing).toEqual([[middle.baseOffset, following.baseOffset]]);
  expect((await outbox.append(session(0), result(12)))?.seq).toBe(7);
  const offsets = (await readAll(outbox)).map((r) => r.offset);
  expect(offsets).toEqual([...Array(13).keys()].filter((n) => n < middle.baseOffset || n >= following.baseOffset));
  await outbox.shutdown();
});

test('damage long before the end of the last segment is no torn commit and is refused, not cut off', async () => {
  const dir = await written(30);
  const bytes = readFileSync(join(dir, FIRST));
  bytes[400]! ^= 1;
  writeFileSync(join(dir, FIRST), bytes);
  await expect(openOutbox(dir, { maxCommitBytes: 2_000 })).rejects.toMatchObject({ code: 'data_format' });
  expect(readFileSync(join(dir, FIRST)).equals(bytes)).toBe(true);
});
