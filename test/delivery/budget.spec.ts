import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderBytes } from '../../src/delivery/disk-budget';
import { systemFiles } from '../../src/delivery/log-files';
import { findSegments } from '../../src/delivery/segment';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { eventually } from '../support/eventually';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const BUDGET = { budgetBytes: 48_000, reserveBytes: 6_000, maxCommitBytes: 2_000, maxSegmentBytes: 3_000, retentionBytes: 1e9, sweepMs: 1000 }; // prettier-ignore

/** A data folder as the service has it: the log beside all else that is kept. */
async function opened(options = {}) {
  const [dataDir, clock] = [folder(), new ScriptedClock()];
  const dir = join(dataDir, 'outbox');
  const outbox = await openOutbox(dir, { ...BUDGET, dataDir, ...options }, { clock });
  return { dataDir, dir, clock, outbox };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('at the budget results wait; nothing that Kafka has not got is removed; its acknowledgement alone lets them go on', async () => {
  const { dataDir, dir, outbox } = await opened({ holdForSink: true });
  const acknowledged: number[] = [];
  const all = range(0, 300).map((n) =>
    outbox.append(session(n % 3), result(n, 'x'.repeat(200))).then(() => void acknowledged.push(n)),
  );
  await eventually(() => outbox.status().trouble !== undefined);
  const { trouble, keptBytes, budgetBytes, logBytes } = outbox.status();
  expect(trouble).toEqual({
    code: 'DISK_BUDGET',
    message: expect.stringMatching(
      / are kept, and no record is removed before Kafka has it\. Bring Kafka back, or raise/,
    ),
  });
  expect(acknowledged.length).toBeGreaterThan(40);
  expect(acknowledged.length).toBeLessThan(300);
  expect((await readAll(outbox)).map(({ offset }) => offset)).toEqual(range(0, acknowledged.length));
  expect(keptBytes).toBeLessThanOrEqual(budgetBytes);
  expect(logBytes).toBe((await findSegments(dir)).reduce((sum, { size }) => sum + size, 0));

  // Kafka takes them, ten at a time: what it has goes, all is written, and at no time there is more than may be.
  const delivered: number[] = [];
  while (delivered.length < 300) {
    for await (const { offset } of outbox.read(delivered.length)) {
      delivered.push(offset);
      if (delivered.length % 10 === 0) break;
    }
    outbox.releaseBelow(delivered.length);
    expect(await folderBytes(dataDir)).toBeLessThanOrEqual(BUDGET.budgetBytes + 4096 * 20); // whole blocks
    expect(outbox.status().keptBytes).toBeLessThanOrEqual(BUDGET.budgetBytes);
    await eventually(() => outbox.nextOffset > delivered.length || outbox.nextOffset === 300);
  }
  await Promise.all(all);
  expect(delivered).toEqual(range(0, 300));
  expect(outbox.status().trouble).toBeUndefined();
  await outbox.shutdown();
});

// Found by a test that hung: the refused commit had looked before the acknowledgement came, and waited for the next try (1 s).
test('an acknowledgement that comes while a commit is being refused lets it go on', async () => {
  const [dir, clock] = [folder(), new ScriptedClock()];
  let whileRemoving = (): void => undefined;
  const remove: typeof systemFiles.remove = async (path) => {
    await systemFiles.remove(path);
    whileRemoving();
  };
  const options = { ...BUDGET, budgetBytes: 12_000, maxSegmentBytes: 500, holdForSink: true };
  const outbox = await openOutbox(dir, options, { clock, files: { ...systemFiles, remove } });
  // a segment each; then a commit that takes the room of several
  for (const n of range(0, 9)) await outbox.append(session(1), result(n, 'x'.repeat(200)));
  const all = range(9, 40).map((n) => outbox.append(session(1), result(n, 'x'.repeat(200))));
  await eventually(() => outbox.status().trouble !== undefined);
  const written = outbox.nextOffset;
  expect(written).toBe(9);
  whileRemoving = () => outbox.releaseBelow(outbox.nextOffset - 1);
  outbox.releaseBelow((await findSegments(dir))[1]!.baseOffset);
  await eventually(() => outbox.nextOffset > written);
  whileRemoving = () => undefined;
  for (const one of all) {
    outbox.releaseBelow(outbox.nextOffset);
    await one;
  }
  await outbox.shutdown();
});

test('what else is kept counts: the log gives way to it, waits when it cannot, and goes on when there is room', async () => {
  const { dataDir, dir, clock, outbox } = await opened({ holdForSink: true });
  for (const n of range(0, 20)) await outbox.append(session(1), result(n, 'x'.repeat(200)));
  outbox.releaseBelow(20);
  const before = (await findSegments(dir)).length;
  expect(before).toBeGreaterThan(3);

  mkdirSync(join(dataDir, 'sessions'));
  writeFileSync(join(dataDir, 'sessions', 'a.session'), Buffer.alloc(40_000));
  clock.advance(1000);
  await eventually(() => outbox.status().keptBytes > 40_000 && outbox.status().keptBytes <= BUDGET.budgetBytes);
  expect((await findSegments(dir)).length).toBeLessThan(before);

  writeFileSync(join(dataDir, 'sessions', 'b.session'), Buffer.alloc(40_000));
  // the look before may still be at work, its segments removed: the next one is armed behind it
  await eventually(() => {
    clock.advance(1000);
    return outbox.status().keptBytes > BUDGET.budgetBytes;
  });
  const waiting = outbox.append(session(1), result(20));
  await eventually(() => outbox.status().trouble?.code === 'DISK_BUDGET');
  expect(outbox.status().trouble!.message).toContain("Remove what is not the service's from the data folder");
  rmSync(join(dataDir, 'sessions'), { recursive: true });
  let written: Awaited<typeof waiting> | undefined;
  void waiting.then((record) => (written = record));
  // so may the next try
  await eventually(() => {
    clock.advance(1000);
    return written !== undefined;
  });
  expect(written?.seq).toBe(21);
  expect(outbox.status().keptBytes).toBeLessThan(BUDGET.budgetBytes);
  await outbox.shutdown();
});

test('without Kafka the oldest records go, and results never wait for the budget', async () => {
  const { dir, outbox } = await opened();
  for (const n of range(0, 300)) {
    await outbox.append(session(1), result(n, 'x'.repeat(200)));
    expect(outbox.status().keptBytes).toBeLessThanOrEqual(BUDGET.budgetBytes);
  }
  const [oldest] = await findSegments(dir);
  expect(oldest!.baseOffset).toBeGreaterThan(100);
  expect((await readAll(outbox)).map(({ offset }) => offset)).toEqual(range(oldest!.baseOffset, 300));
  await outbox.shutdown();
});
