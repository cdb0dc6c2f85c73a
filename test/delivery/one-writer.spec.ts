import { spawn } from 'node:child_process';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { folder, openOutbox, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

/** Seen from another machine: its processes are not ours to ask. */
const ELSEWHERE = { id: 'x', host: 'elsewhere', pid: 1, born: null };
const QUICK = { lockBeatMs: 20, lockDeadMs: 200 };

const lockOf = (dir: string): string => join(dir, 'lock.json');

/** Another process on the same outbox. */
function other(dir: string) {
  const child = spawn(process.execPath, [join(__dirname, 'support/appender.cjs'), dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', errors: '' };
  child.stdout.on('data', (data) => (said.out += String(data)));
  child.stderr.on('data', (data) => (said.errors += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said, ended };
}

test('two processes: the second is refused with one sentence; of the first, killed with -9, the folder is taken over', async () => {
  const dir = folder();
  const first = other(dir);
  await eventually(() => first.said.out.includes('\n'));
  const sentence = `${dir} is in use by process ${first.child.pid} on `;
  await expect(openOutbox(dir)).rejects.toMatchObject({
    code: 'data_dir_locked',
    message: expect.stringContaining(sentence),
  });
  const second = other(dir);
  expect(await second.ended).toBe(1);
  expect(second.said.errors).toContain(sentence);
  expect(second.said.out).toBe('');
  first.child.kill('SIGKILL');
  await first.ended;
  const outbox = await openOutbox(dir);
  expect(outbox.recovery.records).toBeGreaterThanOrEqual(first.said.out.split('\n').length - 1);
  await outbox.shutdown();
});

test('within a process too; a lock left by a process that is gone, or is another by now, is taken over', async () => {
  const dir = folder();
  const outbox = await openOutbox(dir);
  await expect(openOutbox(dir)).rejects.toMatchObject({ code: 'data_dir_locked' });
  const lock = JSON.parse(readFileSync(lockOf(dir), 'utf8'));
  expect(lock.pid).toBe(process.pid);
  await outbox.shutdown();
  for (const dead of [{ ...lock, pid: 4_194_305 }, { ...lock, born: 'another boot 1' }, 'rubbish']) {
    if (typeof dead === 'object' && dead.pid === lock.pid && lock.born === null) continue; // not Linux
    writeFileSync(lockOf(dir), JSON.stringify(dead));
    const next = await openOutbox(dir);
    await next.shutdown();
  }
});

/**
 * Cause: the age of the lock was our clock less its stamp, so a clock that was wrong on either machine took the folder from a
 * living owner, or left it to a dead one for as long as the clock was back.
 */
test.each([
  ['long ago', -3600_000],
  ['an hour from now', 3600_000],
])(
  'bug: a lock of another machine was judged by its stamp: one of %s counts while it is touched',
  async (_when, ageMs) => {
    const dir = folder();
    writeFileSync(lockOf(dir), JSON.stringify(ELSEWHERE));
    let beats = 0;
    const touch = (): void => {
      const stamp = new Date(Date.now() + ageMs + beats++);
      utimesSync(lockOf(dir), stamp, stamp);
    };
    touch();
    const beating = setInterval(touch, QUICK.lockBeatMs);
    await expect(openOutbox(dir, QUICK)).rejects.toMatchObject({
      code: 'data_dir_locked',
      message: expect.stringContaining('on elsewhere'),
    });
    clearInterval(beating);
    await (await openOutbox(dir, QUICK)).shutdown();
  },
);

test('who was silent so long that its folder was taken, or whose lock is removed, writes nothing any more', async () => {
  for (const take of [
    (dir: string) => writeFileSync(lockOf(dir), JSON.stringify(ELSEWHERE)),
    (dir: string) => rmSync(lockOf(dir)),
  ]) {
    const dir = folder();
    const outbox = await openOutbox(dir, QUICK);
    expect((await outbox.append(session(1), result(1)))?.seq).toBe(1);
    take(dir);
    const lost = expect.objectContaining({
      code: 'data_dir_locked',
      message: expect.stringContaining('start this one again'),
    });
    let n = 2;
    await eventually(() =>
      outbox.append(session(1), result(n++)).then(
        () => false,
        (error: unknown) => {
          expect(error).toEqual(lost);
          return true;
        },
      ),
    );
    expect(outbox.status().trouble).toMatchObject({ code: 'data_dir_locked' });
    await outbox.shutdown();
  }
});
