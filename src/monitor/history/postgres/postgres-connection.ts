import { DatabaseError, Pool, type PoolClient } from 'pg';
import { type SqlConnection, type SqlRow, type SqlStatement, type SqlValue, withoutNul } from '../sql/sql';
import { numbered } from './numbered-places';

/** Of `alone`: any number that no other user of the database takes. */
const ADVISORY_LOCK = 0x7261_7070;
/** Beyond the server's own time-out, ms: a server that says nothing any more is given up. */
const SILENT_MS = 5000;
/** What such messages of PostgreSQL quote is a value, which no log has (appendix A: 22, data exception; 23, constraint). */
const QUOTES_VALUES = /^2[23]/;

export interface PostgresOptions {
  readonly url: string;
  /** Connections at a time. Default 4. */
  readonly maxConnections?: number;
  /** Until there is a connection, or one is free, ms. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** For one statement, ms. Default 30,000. */
  readonly statementTimeoutMs?: number;
}

/** A PostgreSQL server. A connection that broke is made anew by whoever asks next. 64-bit integers come as strings. */
export class PostgresConnection implements SqlConnection {
  private readonly pool: Pool;

  /** Connects when it is asked first. */
  constructor({ url, maxConnections = 4, connectTimeoutMs = 5000, statementTimeoutMs = 30_000 }: PostgresOptions) {
    this.pool = new Pool({
      ...{ connectionString: url, application_name: 'rapport', max: maxConnections, keepAlive: true },
      ...{ connectionTimeoutMillis: connectTimeoutMs, query_timeout: statementTimeoutMs + SILENT_MS },
      ...{ statement_timeout: statementTimeoutMs, idle_in_transaction_session_timeout: statementTimeoutMs },
      // statements of a transaction are sent without waiting for each other's answers
      pipeline: true,
    });
    // an idle connection broke: whoever asks next is told if there is no other
    this.pool.on('error', () => {});
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    try {
      return await rowsOf(this.pool, { sql, values });
    } catch (error) {
      throw told(error);
    }
  }

  transaction(statements: readonly SqlStatement[]): Promise<void> {
    return this.within(async (client) => {
      const answers = await Promise.allSettled(statements.map((one) => rowsOf(client, one)));
      // the first says what was wrong, those behind it that the transaction is over
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    });
  }

  alone<T>(work: (db: Pick<SqlConnection, 'all'>) => Promise<T>): Promise<T> {
    return this.within(async (client) => {
      await rowsOf(client, { sql: 'SELECT pg_advisory_xact_lock(?)', values: [ADVISORY_LOCK] });
      return work({ all: (sql, values = []) => rowsOf(client, { sql, values }) });
    });
  }

  close(): Promise<void> {
    return this.pool.ending ? Promise.resolve() : this.pool.end();
  }

  private async within<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let broken: Error | undefined;
    const onBroken = (error: Error): void => void (broken = error);
    try {
      client = await this.pool.connect();
      client.on('error', onBroken);
      await client.query('BEGIN');
      const done = await work(client);
      await client.query('COMMIT');
      return done;
    } catch (error) {
      await client?.query('ROLLBACK').catch(onBroken);
      throw told(error);
    } finally {
      client?.off('error', onBroken);
      client?.release(broken);
    }
  }
}

async function rowsOf(db: Pick<PoolClient | Pool, 'query'>, { sql, values }: SqlStatement): Promise<readonly SqlRow[]> {
  return (await db.query<SqlRow>(numbered(sql), values.map(bound))).rows;
}

const bound = (value: SqlValue): SqlValue => (typeof value === 'string' ? withoutNul(value) : value);

/** What was wrong as a log may have it: without the values that a DatabaseError carries in its message and details. */
function told(error: unknown): Error {
  if (error instanceof DatabaseError) {
    const { code = 'unknown', message } = error;
    return new Error(`${QUOTES_VALUES.test(code) ? 'a value was refused' : message} (SQLSTATE ${code})`);
  }
  // of a name with several addresses, none of which answers
  if (error instanceof AggregateError) return new Error(error.errors.map(String).join(', '));
  return error instanceof Error ? error : new Error(String(error));
}
