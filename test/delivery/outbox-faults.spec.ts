import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readLogFolder } from '../../src/delivery/log-cursor';
import { eventually } from '../support/eventually';
import { keepFaultFigures } from '../support/fault-figures';
import { random } from '../support/mutate';
import { FaultyFiles } from './support/faulty-files';
import { type Account, columnsOf, expectWholeAndInOrder, Ledger } from './support/ledger';
import { countFeed, countLog, LogRun } from './support/log-run';
import { folder, openOutbox, removeFolders, result, session } from './support/results';

/** RAPPORT_TEST_OUTBOX_RECORDS=20000: each fault comes again and again until so many results were written over it. */
const RECORDS = Number(process.env.RAPPORT_TEST_OUTBOX_RECORDS ?? 1_000);
/** How often another process tries to write to an outbox that is in use, about a second each. */
const INTRUDERS = RECORDS >= 20_000 ? 10 : 1;
/** Under a limit that is reached every few records, each time by a command of the system. */
const MAX_LIMITED = 5_000;
const SEED = Number(process.env.RAPPORT_TEST_SEED ?? 1);
const DAY_MS = 24 * 3600_000;
jest.setTimeout(60_000 + RECORDS * 5);

const rows = new Map<string, Record<string, number>>();
const settled = (row: string, account: Account): void => {
  rows.set(row, columnsOf(account));
  expectWholeAndInOrder(account);
};
afterAll(() => {
  removeFolders();
  process.stdout.write(`the outbox's faults: ${JSON.stringify(Object.fromEntries(rows))}\n`);
  const command = `RAPPORT_TEST_OUTBOX_RECORDS=${RECORDS} npm test -- test/delivery/outbox-faults.spec.ts`;
  if (RECORDS >= 20_000) keepFaultFigures('outbox-faults', rows, command);
});

test.each([
  ['a full disk', 'ENOSPC'],
  ['a disk that is read-only for a while', 'EROFS'],
])('%s, again and again under load: nothing lost, nothing doubled, order kept', async (what, code) => {
  const [dir, disk, next] = [folder(), new FaultyFiles(), random(SEED)];
  const run = new LogRun(dir, () => openOutbox(dir, { maxSegmentBytes: 100_000, retryMs: 2 }, { files: disk }));
  let times = 0;
  const account = await run.during(async () => {
    for (; run.ledger.given < RECORDS; times += 1) {
      const before = disk.refused;
      // room may end within a record
      if (code === 'ENOSPC' && next(2) === 0) disk.roomBytes = next(4_000);
      else disk.refuses = code;
      await eventually(() => disk.refused > before + 1);
      [disk.roomBytes, disk.refuses] = [Infinity, undefined];
      const goal = run.ledger.given + 100 + next(300);
      await eventually(() => run.ledger.given >= goal);
    }
  });
  settled(`${what}, ${times} times`, account);
});

test('the clock on the wall set back again and again, also over restarts: the same', async () => {
  const [dir, wall, next] = [folder(), { aheadMs: 0 }, random(SEED)];
  const now = (): Date => new Date(Date.now() + wall.aheadMs);
  const run = new LogRun(dir, () => openOutbox(dir, { maxSegmentBytes: 100_000, sweepMs: 5 }, { now }));
  let times = 0;
  const account = await run.during(async () => {
    for (; run.ledger.given < RECORDS; times += 1) {
      wall.aheadMs -= next(10 * DAY_MS);
      if (next(3) === 0) await run.restart();
      const goal = run.ledger.given + 300 + next(500);
      await eventually(() => run.ledger.given >= goal);
    }
  });
  settled(`the clock set back by days, ${times} times`, account);
});

const appender = join(__dirname, 'support/appender.cjs');

test('another process that tries to write to it: refused, and nothing of it is in the log', async () => {
  const dir = folder();
  const run = new LogRun(dir, () => openOutbox(dir, { maxSegmentBytes: 100_000 }));
  let [tries, isTried] = [0, false];
  const account = await run.during(async () => {
    while (tries < INTRUDERS || run.ledger.given < RECORDS) {
      const other = spawn(process.execPath, [appender, dir], { stdio: ['ignore', 'pipe', 'ignore'] });
      other.stdout.once('data', () => (isTried = true));
      expect(await new Promise((resolve) => other.once('close', resolve))).toBe(1);
      tries += 1;
    }
  });
  expect(isTried).toBe(false);
  settled(`a second process on it, ${tries} tries`, account);
});

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

(canLimit ? test : test.skip)(
  `a limit on the size of files, reached and raised again and again${canLimit ? '' : ' (skipped: no prlimit)'}: the same`,
  async () => {
    const [dir, ledger, acknowledged] = [folder(), new Ledger(), new Map<number, number>()];
    const command = `ulimit -S -f 32; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', command, process.execPath, appender, dir, '0']);
    const limit = (bytes: number | 'unlimited'): void =>
      void spawnSync('prlimit', [`--pid=${child.pid}`, `--fsize=${bytes}:`]);
    let [times, given, errors] = [0, 0, ''];
    let isAsked = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const s = Number(line.split(' ')[0]);
      acknowledged.set(s, (acknowledged.get(s) ?? 0) + 1);
      given += 1;
      if (given < Math.min(RECORDS, MAX_LIMITED) || times === 0 || isAsked) return;
      isAsked = child.kill('SIGTERM');
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line === 'EFBIG') {
        times += 1;
        limit('unlimited');
      } else if (line === 'taken') limit(32 * 1024);
      else errors += line;
    });
    expect([await new Promise((resolve) => child.once('close', resolve)), errors]).toEqual([0, '']);
    expect(times).toBeGreaterThan(0);
    // what was acknowledged, from the natural key 0 on, in the order of each session
    for (const [s, count] of acknowledged) for (let n = 0; n < count; n += 1) ledger.give(session(s), result(n));
    const records = [];
    for await (const record of readLogFolder(dir)) records.push(record);
    countLog(ledger, records);
    const again = await openOutbox(dir);
    for (const s of acknowledged.keys()) await countFeed(ledger, again, session(s));
    await again.shutdown();
    settled(`a limit on the size of files, reached ${times} times`, ledger.account());
  },
);
