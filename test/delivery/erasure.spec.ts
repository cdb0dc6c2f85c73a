import fs, { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, toArray } from 'rxjs';
import { DataKeys } from '../../src/delivery/erasure/data-keys';
import { ErasureJournal } from '../../src/delivery/erasure/erasure-journal';
import { Erasures } from '../../src/delivery/erasure/erasures';
import type { LogFiles } from '../../src/delivery/log-files';
import { readLogFolder } from '../../src/delivery/log-cursor';
import type { Outbox } from '../../src/delivery/outbox';
import type { SessionResult } from '../../src/delivery/session-result';
import { eventually } from '../support/eventually';
import { filesWith } from '../support/files-with';
import { FaultyFiles } from './support/faulty-files';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const SECRET = 'my grandmother lives in Ghent';
const CUSTOMER = 'customer-4711';
const MASTER = Buffer.alloc(32, 7);

/** Only what erasure reads of it matters here. */
const started = (customerId: string): SessionResult =>
  ({
    type: 'rapport.session.started',
    naturalKey: ['started'],
    data: { session: { customerId } },
  }) as unknown as SessionResult;

const SMALL = { maxSegmentBytes: 4_000, maxCommitBytes: 2_000 };

function erasuresOf(outbox: Outbox, dir: string, keys?: DataKeys, files?: LogFiles): Erasures {
  return new Erasures({ outbox, keys, journal: new ErasureJournal(join(dir, 'erasures'), files) });
}

/** Three sessions over many small segments: 1 and 3 are the customer's. */
async function fill(dir: string, files?: LogFiles): Promise<Outbox> {
  const outbox = await openOutbox(dir, SMALL, files === undefined ? {} : { files });
  for (const s of [1, 2, 3]) await outbox.append(session(s), started(s === 2 ? 'customer-1' : CUSTOMER));
  for (let n = 0; n < 30; n += 10) {
    const some = Array.from({ length: 30 }, (_, i) => [1 + (i % 3), n + Math.floor(i / 3)] as const);
    await Promise.all(some.map(([s, k]) => outbox.append(session(s), result(k, s === 2 ? 'kept' : SECRET))));
  }
  return outbox;
}

const keptIds = (log: Awaited<ReturnType<typeof readAll>>): unknown[] =>
  log.filter(({ key }) => key.endsWith('002')).map(({ offset, seq, event }) => [offset, seq, event.id]);

test('a customer is erased from the log: nothing of it is in any file, and nothing else has changed', async () => {
  const dir = folder();
  let outbox = await fill(dir);
  const before = await readAll(outbox);
  const watched = firstValueFrom(outbox.subscribe(session(1), 0).pipe(toArray()));
  const [first] = readdirSync(dir).filter((name) => name.endsWith('.log')).sort(); // prettier-ignore
  const yesterday = new Date(Math.floor(Date.now() / 1000 - 86_400) * 1000);
  utimesSync(join(dir, first!), yesterday, yesterday);
  expect(filesWith(dir, SECRET, CUSTOMER).length).toBeGreaterThan(5);

  const report = await erasuresOf(outbox, dir).customer('acme', CUSTOMER);
  expect(report).toEqual({ sessions: [session(1).sessionId, session(3).sessionId], records: 62, dataKeys: 0 });
  expect(filesWith(dir, SECRET, CUSTOMER)).toEqual([]);
  expect(statSync(join(dir, first!)).mtimeMs).toBe(yesterday.getTime());
  expect(readdirSync(join(dir, 'erasures'))).toEqual([]);
  // who was reading heard the end; who comes now finds nothing
  expect((await watched).length).toBe(31);
  expect(outbox.lastSeq(session(1))).toBe(0);
  await expect(outbox.append(session(1), result(99, SECRET))).rejects.toMatchObject({ code: 'session_unknown' });

  const told = async (log: Awaited<ReturnType<typeof readAll>>): Promise<void> => {
    expect(keptIds(log)).toEqual(keptIds(before));
    const rest = log.filter(({ key }) => !key.endsWith('002')).map(({ offset, topic, event }) => ({ offset, topic, type: event.type, subject: event.subject, data: event.data })); // prettier-ignore
    expect(rest).toMatchObject([
      {
        offset: 93,
        topic: 'rapport.sessions',
        type: 'rapport.session.erased',
        subject: session(1).sessionId,
        data: {},
      },
      {
        offset: 94,
        topic: 'rapport.sessions',
        type: 'rapport.session.erased',
        subject: session(3).sessionId,
        data: {},
      },
      {
        ...{ offset: 95, topic: 'rapport.audit', type: 'rapport.audit.erased' },
        data: { part: 0, by: 'customer', sessions: report.sessions, records: 62, dataKeys: 0 },
      },
    ]);
  };
  await told(await readAll(outbox));
  await outbox.append(session(2), result(77, 'kept'));
  await outbox.shutdown();

  outbox = await openOutbox(dir, SMALL);
  await told((await readAll(outbox)).filter(({ offset }) => offset < 96));
  expect(outbox.unfinished()).toEqual([session(2)]);
  expect(outbox.lastSeq(session(2))).toBe(32);
  const fromFolder = [];
  for await (const record of readLogFolder(dir)) fromFolder.push(record);
  await told(fromFolder.filter(({ offset }) => offset < 96));
  await outbox.shutdown();
});

test('a session of another tenant is not touched, and erasing what is not there is no fault', async () => {
  const dir = folder();
  const outbox = await fill(dir);
  const count = (await readAll(outbox)).length;
  const { sessionId } = session(1);
  expect(await erasuresOf(outbox, dir).session('globex', sessionId)).toEqual({ sessions: [sessionId], records: 0, dataKeys: 0 }); // prettier-ignore
  expect(await erasuresOf(outbox, dir).customer('globex', CUSTOMER)).toEqual({ sessions: [], records: 0, dataKeys: 0 });
  const rest = (await readAll(outbox)).filter(({ key }) => key.startsWith('acme/'));
  expect(rest).toHaveLength(count);
  await outbox.shutdown();
});

test('appends go on while a session is erased, and none is lost', async () => {
  const dir = folder();
  const outbox = await fill(dir);
  const appended: Promise<unknown>[] = [];
  const erasing = erasuresOf(outbox, dir).session('acme', session(1).sessionId);
  for (let n = 100; n < 200; n += 1) {
    appended.push(outbox.append(session(2), result(n, 'kept')));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await erasing;
  await Promise.all(appended);
  const seqs = (await readAll(outbox)).filter(({ key }) => key.endsWith('002')).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 131 }, (_, i) => i + 1));
  await outbox.shutdown();
});

/**
 * The disk as a process sees it that is killed with -9: at the nth change nothing more reaches it, and that change is
 * done in half where it is a write. RAPPORT_TEST_ERASURE_KILLS: at most so many of the steps; absent: about 8.
 */
test('killed at any of its changes of the disk, an erasure is finished by the next start or was never begun', async () => {
  const whole = folder();
  const counting = new FaultyFiles();
  const watch = await fill(whole, counting);
  const before = counting.operations;
  await erasuresOf(watch, whole, keysIn(whole, counting), counting).customer('acme', CUSTOMER);
  const changes = counting.operations - before;
  await watch.shutdown();
  expect(changes).toBeGreaterThan(60);

  const stride = Math.max(1, Math.floor(changes / Number(process.env.RAPPORT_TEST_ERASURE_KILLS ?? 8)));
  const outcomes = { kills: 0, unbegun: 0, finished: 0 };
  for (let lasts = 0; lasts < changes; lasts += stride) {
    const dir = folder();
    const disk = new FaultyFiles();
    const dying = await fill(dir, disk);
    const kept = keptIds(await readAll(dying));
    const keys = keysIn(dir, disk);
    const from = disk.operations;
    disk.script = (_operation, number) => (number - from >= lasts ? 'EIO' : undefined);
    let isOver = false;
    const erased = erasuresOf(dying, dir, keys, disk)
      .customer('acme', CUSTOMER)
      .catch(() => undefined)
      .finally(() => (isOver = true));
    await eventually(() => isOver || disk.refused > 0);
    await dying.shutdown(); // what the system closes of a dead process; nothing of it reaches the disk
    await erased;

    const outbox = await openOutbox(dir, SMALL);
    const count = await erasuresOf(outbox, dir, keysIn(dir)).finishOthers();
    const after = await readAll(outbox);
    const others = after.filter(({ key }) => !key.endsWith('002'));
    expect(keptIds(after)).toEqual(kept);
    expect(readdirSync(dir).filter((name) => /erasing/.test(name))).toEqual([]);
    expect(existsSync(join(dir, 'erasures')) ? readdirSync(join(dir, 'erasures')) : []).toEqual([]);
    outcomes.kills += 1;
    if (count === 0 && filesWith(dir, SECRET).length > 0) {
      outcomes.unbegun += 1;
      expect(others).toHaveLength(62);
    } else {
      outcomes.finished += 1;
      expect(filesWith(dir, SECRET, CUSTOMER)).toEqual([]);
      expect(new Set(others.map(({ event }) => event.type))).toEqual(
        new Set(['rapport.session.erased', 'rapport.audit.erased']),
      );
      expect(readdirSync(join(dir, 'data-keys'))).toEqual([]);
    }
    await outbox.shutdown();
  }
  console.log(`erasure: ${changes} changes of the disk; ${JSON.stringify(outcomes)}`);
  expect(outcomes.unbegun).toBeLessThanOrEqual(Math.ceil(8 / stride));
}, 60_000);

/**
 * Found by reading. Cause: the file of a new key was made durable and its name in the folder was not: without power at that
 * moment the key was gone, while the log and Kafka had events that name it.
 */
test('bug: the name of a new data key was not durable before events were encrypted by it', () => {
  const dir = folder();
  const keys = DataKeys.open(dir, MASTER);
  const synced: string[] = [];
  const sync = jest.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
    const isFolder = fs.fstatSync(handle).isDirectory();
    synced.push(isFolder ? `a folder that has ${readdirSync(dir).map((name) => name.split('.').at(-1)).join()}` : 'a file'); // prettier-ignore
  });
  try {
    keys.idFor('acme', CUSTOMER);
  } finally {
    sync.mockRestore();
  }
  expect(synced).toEqual(process.platform === 'win32' ? ['a file'] : ['a file', 'a folder that has key']);
});

function keysIn(dir: string, files?: LogFiles): DataKeys {
  const keys = DataKeys.open(join(dir, 'data-keys'), MASTER, 100, files);
  if (!existsSync(join(dir, 'erasures'))) keys.idFor('acme', CUSTOMER);
  return keys;
}
