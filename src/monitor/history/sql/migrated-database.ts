import { RapportError } from '@rapport-live/protocol';
import type { SqlDialect } from './dialect';
import { META_TABLE, readMeta, setMeta } from './meta';
import type { SqlConnection, SqlRow, SqlStatement, SqlValue } from './sql';

/**
 * A database whose tables are those of this format: they are made, or brought up to it, before the first thing that is asked, and
 * where that fails before the next. So a server may be away when the service starts. Of several services one does it, the others wait.
 */
export class MigratedDatabase implements SqlConnection {
  private migrated: Promise<void> | undefined;

  constructor(
    private readonly db: SqlConnection,
    private readonly dialect: SqlDialect,
  ) {}

  /** Rejects with `data_format`, or with what the database says. */
  ready(): Promise<void> {
    this.migrated ??= this.db
      .alone((db) => migrate(db, this.dialect.migrations))
      .catch((error: unknown) => {
        this.migrated = undefined;
        throw error;
      });
    return this.migrated;
  }

  async all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    await this.ready();
    return this.db.all(sql, values);
  }

  async transaction(statements: readonly SqlStatement[]): Promise<void> {
    await this.ready();
    return this.db.transaction(statements);
  }

  async alone<T>(work: (db: Pick<SqlConnection, 'all'>) => Promise<T>): Promise<T> {
    await this.ready();
    return this.db.alone(work);
  }

  close(): Promise<void> {
    return this.db.close();
  }
}

async function migrate(db: Pick<SqlConnection, 'all'>, migrations: SqlDialect['migrations']): Promise<void> {
  const wanted = migrations.length;
  await db.all(META_TABLE);
  const found = Number((await readMeta(db, 'format')) ?? 0);
  if (found > wanted) {
    throw new RapportError('data_format', `The history has format version ${found}, this program writes ${wanted}.`);
  }
  if (found === wanted) return;
  for (const sql of migrations.slice(found).flat()) await db.all(sql);
  const { sql, values } = setMeta('format', String(wanted));
  await db.all(sql, values);
}
