import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isSegment, findSegments } from '../../src/delivery/segment';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { eventually } from '../support/eventually';
import { folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

afterAll(removeFolders);

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const OPTIONS = { maxSegmentMs: DAY_MS, retentionMs: 7 * DAY_MS, sweepMs: 6 * HOUR_MS };

/** An outbox whose two clocks we hold: that on the wall goes wherever it is set. */
async function opened(dir: string, options = {}) {
  const [clock, wall] = [new ScriptedClock(), { ms: Date.now() }];
  const outbox = await openOutbox(dir, { ...OPTIONS, ...options }, { clock, now: () => new Date(wall.ms) });
  /** Both clocks go on; whatever a sweep does is done. */
  const pass = async (ms: number): Promise<void> => {
    for (const endMs = clock.nowMs() + ms; clock.nowMs() < endMs;) {
      wall.ms += OPTIONS.sweepMs;
      clock.advance(OPTIONS.sweepMs);
      await eventually(() => clock.pendingTimers > 0);
    }
  };
  return { outbox, clock, wall, pass };
}

test('the clock on the wall set back by ten days: ids, seq and offsets go on, and retention keeps its days', async () => {
  const undisturbed = await openOutbox(folder());
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) ids.push((await undisturbed.append(session(1), result(n)))!.event.id);
  await undisturbed.shutdown();

  const dir = folder();
  const { outbox, wall, pass } = await opened(dir);
  await outbox.append(session(1), result(0));
  await pass(2 * DAY_MS);
  wall.ms -= 10 * DAY_MS;
  for (const n of [1, 2, 3]) {
    await outbox.append(session(1), result(n));
    await pass(2 * DAY_MS);
  }
  // The first of them is eight days old, the second six, whatever the wall says.
  const records = await readAll(outbox);
  expect(records.map(({ offset, seq, event }) => [offset, seq, event.id])).toEqual(
    [1, 2, 3].map((n) => [n, n + 1, ids[n]]),
  );
  expect(await outbox.append(session(1), result(3))).toBeNull();
  await outbox.shutdown();
  const again = await openOutbox(dir);
  expect(again.nextOffset).toBe(4);
  expect((await again.append(session(1), result(4)))?.seq).toBe(5);
  await again.shutdown();
});

test('the clock set forward by a year removes nothing', async () => {
  const dir = folder();
  const { outbox, wall, pass } = await opened(dir);
  await outbox.append(session(1), result(0));
  await pass(DAY_MS + OPTIONS.sweepMs);
  await outbox.append(session(1), result(1));
  wall.ms += 365 * DAY_MS;
  await pass(DAY_MS);
  expect((await readAll(outbox)).map(({ offset }) => offset)).toEqual([0, 1]);
  await outbox.shutdown();
});

/** Cause: age was our clock less the file's stamp, below zero for as long as the clock had been ahead. */
test('bug: a segment that was written while the clock was a year ahead stayed for a year', async () => {
  const dir = folder();
  const first = await openOutbox(dir);
  await first.append(session(1), result(0));
  await first.shutdown();
  const ahead = new Date(Date.now() + 365 * DAY_MS);
  for (const name of readdirSync(dir).filter(isSegment)) utimesSync(join(dir, name), ahead, ahead);
  const { outbox, pass } = await opened(dir);
  await pass(6 * DAY_MS);
  expect(await readAll(outbox)).toHaveLength(1);
  await pass(3 * DAY_MS);
  expect(await readAll(outbox)).toEqual([]);
  await outbox.shutdown();
});

/** Cause: a segment was followed by another only when something was written. */
test('bug: on a quiet system the last records stayed for ever; they go with their days too, once Kafka has them', async () => {
  const dir = folder();
  const { outbox, pass } = await opened(dir, { holdForSink: true });
  await outbox.append(session(1), result(0));
  await pass(20 * DAY_MS);
  expect(await readAll(outbox)).toHaveLength(1);
  outbox.releaseBelow(1);
  await pass(8 * DAY_MS);
  expect(await readAll(outbox)).toEqual([]);
  expect(await findSegments(dir)).toHaveLength(1);
  expect((await outbox.append(session(1), result(1)))?.seq).toBe(2);
  await outbox.shutdown();
});
