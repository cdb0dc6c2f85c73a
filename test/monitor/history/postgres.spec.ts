import { PostgresConnection } from '../../../src/monitor/history/postgres/postgres-connection';
import { POSTGRES } from '../../../src/monitor/history/sql/postgres-dialect';
import { SqlHistory } from '../../../src/monitor/history/sql/sql-history';
import { postgresInstalled } from '../../support/postgres/installed';
import { PostgresServer } from '../../support/postgres/postgres-server';
import { holdsTheContract } from './support/contract';
import { begun, said } from './support/facts';

jest.setTimeout(120_000);

const installed = postgresInstalled();
const withPostgres = installed.ok ? describe : describe.skip;

withPostgres(
  installed.ok ? 'the history in PostgreSQL' : `the history in PostgreSQL (skipped: ${installed.reason})`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.close());

    const open = (url: string, dialect = POSTGRES) => SqlHistory.open(new PostgresConnection({ url }), dialect);

    describe('as any other', () => {
      let url: string;
      holdsTheContract(async () => open((url ??= await server.database())));
    });

    it('is set up once by services that start together, and each goes on in its own log', async () => {
      const url = await server.database();
      const stores = await Promise.all(Array.from({ length: 6 }, () => open(url)));
      await Promise.all(
        stores.map((store, n) => store.keep([begun(n), said(n, 1, 'a parcel')], { logId: `log ${n}`, offset: n })),
      );
      expect(await stores[0]!.sessions({ tenant: 'acme' }, 10)).toHaveLength(6);
      expect(await stores[1]!.position('log 5')).toEqual({ logId: 'log 5', offset: 5 });
      await Promise.all(stores.map((store) => store.close()));
    });

    it('brings tables of an older format up to this one, whole or not at all, and refuses those of a newer', async () => {
      const url = await server.database();
      const old = await open(url);
      await old.keep([begun(1), said(1, 1, 'kept over the upgrade')], { logId: 'log', offset: 1 });
      await old.close();
      const column = 'ALTER TABLE sessions ADD COLUMN mood TEXT';
      const broken = {
        ...POSTGRES,
        migrations: [...POSTGRES.migrations, [column, 'ALTER TABLE nowhere ADD COLUMN x TEXT']],
      };
      await expect(open(url, broken)).rejects.toThrow(/nowhere/);
      const upgraded = await open(url, { ...POSTGRES, migrations: [...POSTGRES.migrations, [column]] });
      expect(await upgraded.matchingUtterances(['upgrade'], { tenant: 'acme' }, 5)).toHaveLength(1);
      await upgraded.close();
      await expect(open(url)).rejects.toMatchObject({ code: 'data_format' });
    });

    it('gives up a statement that lasts, tells no value in what it says, and goes on', async () => {
      const url = await server.database();
      const db = new PostgresConnection({ url, statementTimeoutMs: 200 });
      await expect(db.all('SELECT pg_sleep(60)')).rejects.toThrow(/57014/);
      const SECRET = 'card 4111';
      const fault = await db.all('SELECT CAST(? AS integer)', [SECRET]).catch((error: Error) => error);
      expect(fault).toEqual(new Error('a value was refused (SQLSTATE 22P02)'));
      expect(JSON.stringify({ ...fault }) + String((fault as Error).stack)).not.toContain(SECRET);
      expect(await db.all('SELECT ? AS one', ['1'])).toEqual([{ one: '1' }]);
      await db.close();
    });
  },
);
