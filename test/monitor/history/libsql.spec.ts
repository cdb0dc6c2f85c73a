import Database from 'libsql';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibsqlThread } from '../../../src/monitor/history/libsql/libsql-thread';
import { SQLITE } from '../../../src/monitor/history/sql/sqlite-dialect';
import { SqlHistory } from '../../../src/monitor/history/sql/sql-history';
import { filesWith } from '../../support/files-with';
import { begun, event, said, SESSION, window } from './support/facts';
import { holdsTheContract } from './support/contract';

const folder = mkdtempSync(join(tmpdir(), 'rapport-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = async (name: string, dialect = SQLITE) =>
  SqlHistory.open(await LibsqlThread.open(join(folder, name)), dialect);

describe('the history in a file', () => {
  holdsTheContract(() => open('contract.db'));
});

it('leaves nothing of an erased session in any byte of its files, and keeps the rest', async () => {
  const store = await open('erased.db');
  const [SECRET, KEPT, CUSTOMER] = ['grandmother', 'lighthouse', 'ann@example.com'];
  for (let batch = 0; batch < 20; batch += 1) {
    const facts = Array.from({ length: 20 }, (_, i) => {
      const k = batch * 20 + i;
      const n = k % 2 === 0 ? 1 : 2;
      const word = n === 1 ? SECRET : KEPT;
      return [
        said(n, k, `number ${k} of the ${word}`),
        event(n, k, { json: JSON.stringify({ word, k }) }),
        window(n, k),
      ];
    });
    await store.keep([begun(1, { customerId: CUSTOMER }), begun(2), ...facts.flat()], { logId: 'log', offset: batch });
  }
  const files = (...words: string[]): number => filesWith(folder, ...words).filter((name) => name.includes('erased.db')).length; // prettier-ignore
  expect(files(SECRET)).toBeGreaterThan(0);
  await store.erase('acme', [SESSION(1)]);
  // while it is open, and after it was closed
  expect([files(SECRET, CUSTOMER, SESSION(1)), files(KEPT) > 0]).toEqual([0, true]);
  await store.close();
  expect([files(SECRET, CUSTOMER, SESSION(1)), files(KEPT) > 0]).toEqual([0, true]);
});

it('brings a file of an older format up to this one, and refuses one of a newer', async () => {
  const next = { ...SQLITE, migrations: [...SQLITE.migrations, ['ALTER TABLE sessions ADD COLUMN mood TEXT']] };
  const old = await open('upgraded.db');
  await old.keep([begun(1), said(1, 1, 'kept over the upgrade')], { logId: 'log', offset: 1 });
  await old.close();
  const upgraded = await open('upgraded.db', next);
  expect(await upgraded.matchingUtterances(['upgrade'], { tenant: 'acme' }, 5)).toHaveLength(1);
  await upgraded.close();
  const db = new Database(join(folder, 'upgraded.db'));
  expect(db.prepare('SELECT mood FROM sessions').all([])).toMatchObject([{ mood: null }]);
  db.close();
  await expect(open('upgraded.db')).rejects.toMatchObject({ code: 'data_format' });
});

it('says why a file cannot be opened, and goes on after a statement that fails', async () => {
  await expect(LibsqlThread.open(join(folder, 'no such folder', 'x.db'))).rejects.toThrow(/open|directory/i);
  const thread = await LibsqlThread.open(join(folder, 'faults.db'));
  await expect(thread.all('SELECT nonsense FROM nowhere')).rejects.toThrow(/nowhere/);
  expect(await thread.all('SELECT 1 AS one')).toMatchObject([{ one: 1 }]);
  await thread.close();
  await expect(thread.all('SELECT 1')).rejects.toThrow(/ended/);
});
