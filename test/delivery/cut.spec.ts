import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogFollower } from '../../src/cli/log/log-follower';
import { findSegments } from '../../src/delivery/segment';
import { keepFaultFigures } from '../support/fault-figures';
import { added, columnsOf, expectWholeAndInOrder, Ledger, NOTHING } from './support/ledger';
import { countFeed, countLog } from './support/log-run';
import { MemoryFiles } from './support/memory-files';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

/** RAPPORT_TEST_CUT_FIGURES=1: what was counted is kept for docs/reliability.md. */
const KEEP = process.env.RAPPORT_TEST_CUT_FIGURES !== undefined;
const LAST = 3;
const NOTE = 'naïve – 日本';
const SMALL = { maxSegmentBytes: 1_000 };
const idOf = ({ event }: { event: { id: string } }): string => event.id;

async function followed(dir: string, files: MemoryFiles): Promise<string[]> {
  const ids: string[] = [];
  for await (const record of new LogFollower(dir, files).take()) ids.push(idOf(record));
  return ids;
}

test('cut at every byte of its last records: those before the cut stay, tail shows just them, and the log goes on', async () => {
  const [dir, whole] = [join(folder(), 'outbox'), new MemoryFiles()];
  mkdirSync(dir);
  const outbox = await openOutbox(dir, SMALL, { files: whole });
  const given = [0, 1, 2, 3, 5, 6, 7];
  for (const n of given.slice(0, 4)) await outbox.append(session(n % 2), result(n));
  // One commit of three records of two sessions, not all ASCII, which opens a segment.
  await Promise.all([5, 6, 7].map((n) => outbox.append(session(n % 2), result(n, NOTE))));
  const ids = (await readAll(outbox)).map(idOf);
  await outbox.shutdown();
  const segments = await findSegments(dir, whole);
  const last = segments.at(-1)!;
  expect(segments.length).toBeGreaterThan(2);
  const bytes = whole.bytes(last.path)!;
  // Where each of the last records ends.
  const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at + 1] : []));
  expect(ends).toHaveLength(LAST + 1);

  let counted = NOTHING;
  const cut = async (length: number): Promise<void> => {
    const files = whole.copy();
    files.put(last.path, bytes.subarray(0, length));
    const cutAt = ends.filter((end) => end <= length).at(-1) ?? 0;
    const kept = ids.length - LAST + Math.max(0, ends.filter((end) => end <= length).length - 1);
    expect([length, await followed(dir, files)]).toEqual([length, ids.slice(0, kept)]);
    // The log is in memory; the lock is a file, so each has a folder of its own.
    const own = folder();
    files.move(dir, own);
    const again = await openOutbox(own, SMALL, { files });
    expect([length, again.recovery]).toMatchObject([length, { records: kept, truncatedBytes: length - cutAt }]);
    // What was lost had not been acknowledged, and comes again.
    await Promise.all([5, 6, 7].map((n) => again.append(session(n % 2), result(n, NOTE))));
    const records = await readAll(again);
    expect(records.map(idOf)).toEqual(ids);
    expect(records.map(({ offset }) => offset)).toEqual([...ids.keys()]);
    expect(records.slice(-LAST).map(({ seq }) => seq)).toEqual([3, 3, 4]);
    const ledger = new Ledger();
    for (const n of given) ledger.give(session(n % 2), result(n));
    countLog(ledger, records);
    for (const s of [0, 1]) await countFeed(ledger, again, session(s));
    counted = added(counted, ledger.account());
    await again.shutdown();
  };
  const lengths = [...bytes.keys()];
  while (lengths.length > 0) await Promise.all(lengths.splice(0, 64).map(cut));
  const row = `its last records cut at every byte, ${bytes.length} cuts`;
  const command = 'RAPPORT_TEST_CUT_FIGURES=1 npm test -- test/delivery/cut.spec.ts';
  if (KEEP) keepFaultFigures('outbox-cuts', new Map([[row, columnsOf(counted)]]), command);
  expectWholeAndInOrder(counted);
}, 120_000);
