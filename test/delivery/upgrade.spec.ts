import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32cHex } from '../../src/delivery/crc32c';
import { KafkaOffset } from '../../src/delivery/kafka-offset';
import { findSegments } from '../../src/delivery/segment';
import { rapport } from '../cli/command-line';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);
jest.setTimeout(60_000);

/** Written by the program of version 1 (commit efb4d59): two segments, two sessions of which one has ended, a torn end. */
const FIXTURE = join(__dirname, '../fixtures/outbox-v1');
const NAMES = ['00000000000000000000.log', '00000000000000000003.log'];

/** A data folder with a log of version 1. */
function ofVersion1(): { dataDir: string; dir: string } {
  const dataDir = folder();
  const dir = join(dataDir, 'outbox');
  mkdirSync(dir);
  for (const name of [...NAMES, 'kafka-offset.json']) copyFileSync(join(FIXTURE, name), join(dir, name));
  return { dataDir, dir };
}

const first = (path: string): string => readFileSync(path, 'utf8').split('\n')[0]!;

test('the fixture is what version 1 wrote: its lines by the rule of that time', () => {
  let offset = 0;
  for (const name of NAMES) {
    const [header, ...lines] = readFileSync(join(FIXTURE, name), 'utf8').split('\n');
    expect(header).toBe(`rapport-outbox 1 ${offset}`);
    const torn = lines.pop()!;
    for (const line of lines) {
      const record = JSON.parse(line.slice(9)) as { offset: number };
      const json = JSON.stringify(record);
      expect(line).toBe(`${crc32cHex(Buffer.from(json))} ${json}`);
      expect(record.offset).toBe(offset++);
    }
    expect(torn === '').toBe(name === NAMES[0]);
  }
});

test('a log of version 1 is read, and gone on with in segments of version 2; its own stay as they were', async () => {
  const { dir } = ofVersion1();
  const before = readFileSync(join(dir, NAMES[0]!));
  let outbox = await openOutbox(dir);
  expect(outbox.recovery).toMatchObject({ records: 5, missing: [] });
  expect(outbox.recovery.truncatedBytes).toBeGreaterThan(0);
  expect(outbox.unfinished()).toEqual([session(1)]);
  // As before: ids that are there are known, seq and offsets go on.
  expect(await outbox.append(session(1), result(2))).toBeNull();
  expect((await outbox.append(session(1), result(3)))?.seq).toBe(4);
  expect((await readAll(outbox)).map(({ offset, seq }) => [offset, seq])).toEqual([[0, 1], [1, 1], [2, 2], [3, 2], [4, 3], [5, 4]]); // prettier-ignore
  const { logId } = outbox;
  await outbox.shutdown();
  const segments = await findSegments(dir);
  expect(segments.map(({ path }) => first(path))).toEqual([
    'rapport-outbox 1 0',
    'rapport-outbox 1 3',
    `rapport-outbox 2 5 ${logId}`,
  ]);
  expect(readFileSync(segments[0]!.path).equals(before)).toBe(true);
  outbox = await openOutbox(dir);
  expect(outbox.logId).toBe(logId);
  expect(outbox.recovery).toMatchObject({ records: 6, truncatedBytes: 0 });
  await outbox.shutdown();
});

test('an upgrade that writes nothing, and a log that ends with an empty segment of version 1, are gone on with too', async () => {
  const { dir } = ofVersion1();
  writeFileSync(join(dir, NAMES[1]!), 'rapport-outbox 1 3\n');
  const ids = new Set<string>();
  for (let start = 0; start < 3; start += 1) {
    const outbox = await openOutbox(dir);
    ids.add(outbox.logId);
    expect(outbox.nextOffset).toBe(3);
    await outbox.shutdown();
  }
  expect(ids.size).toBe(1);
  expect((await findSegments(dir)).map(({ path }) => first(path))).toEqual([
    'rapport-outbox 1 0',
    `rapport-outbox 2 3 ${[...ids][0]}`,
  ]);
});

test('what Kafka has acknowledged is believed in the form of version 1, and written in that of version 2', async () => {
  const { dir } = ofVersion1();
  const outbox = await openOutbox(dir);
  const offset = new KafkaOffset(dir, outbox.logId);
  expect(await offset.read()).toBe(4);
  await offset.write(5);
  await offset.write(3); // never back
  const file = join(dir, 'kafka-offset.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ format: 2, log: outbox.logId, ackedOffset: 5 });
  expect(await new KafkaOffset(dir, outbox.logId).read()).toBe(5);
  await outbox.shutdown();
});

/** Cause: an offset named no log, so one that was left behind let the sink pass over as many records of a new log. */
test('bug: the offset of a log that was removed was taken for one of the log after it', async () => {
  const dir = folder();
  const outbox = await openOutbox(dir);
  const another = '0b7e3d5a-1c2d-4e3f-8a4b-5c6d7e8f9a0b';
  await new KafkaOffset(dir, another).write(2);
  for (let n = 0; n < 3; n += 1) await outbox.append(session(1), result(n));
  expect(await new KafkaOffset(dir, outbox.logId).read()).toBe(0);
  await outbox.shutdown();
});

test('a version to come is refused with one sentence, by the service, by tail and by export; nothing is touched', async () => {
  const { dataDir, dir } = ofVersion1();
  await (await openOutbox(dir)).shutdown(); // without its torn end
  const path = join(dir, '00000000000000000005.log');
  writeFileSync(path, 'rapport-outbox 3 5 with more to say\n');
  const sentence = `${path} has format version 3, this program reads 1 and 2`;
  const before = NAMES.map((name) => readFileSync(join(dir, name), 'utf8'));
  await expect(openOutbox(dir)).rejects.toMatchObject({ code: 'data_format', message: sentence });
  for (const command of ['tail', 'export']) {
    const ran = await rapport([command], { RAPPORT_DATA_DIR: dataDir });
    expect(ran.stderr.trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
    expect(ran.code).not.toBe(0);
  }
  expect(NAMES.map((name) => readFileSync(join(dir, name), 'utf8'))).toEqual(before);
});

test('tail and export go over segments of both versions, up to a torn end', async () => {
  const { dataDir, dir } = ofVersion1();
  const env = { RAPPORT_DATA_DIR: dataDir };
  const seqs = async (command: string[]): Promise<number[]> => {
    const { code, stdout, stderr } = await rapport(command, env);
    expect([code, stderr]).toEqual([0, '']);
    return stdout.trim().split('\n').map((line) => (JSON.parse(line) as { seq: number }).seq); // prettier-ignore
  };
  expect(await seqs(['tail', '--json'])).toEqual([1, 1, 2, 2, 3]);
  const outbox = await openOutbox(dir, { maxSegmentBytes: 900 });
  for (let n = 3; n < 9; n += 1) await outbox.append(session(1), result(n));
  await outbox.shutdown();
  const last = (await findSegments(dir)).at(-1)!;
  writeFileSync(last.path, readFileSync(last.path).subarray(0, -20));
  const all = [1, 1, 2, 2, 3, 4, 5, 6, 7, 8];
  expect(await seqs(['tail', '--json'])).toEqual(all);
  expect(await seqs(['export'])).toEqual(all);
  expect(basename(last.path)).not.toBe(NAMES[1]);
});
