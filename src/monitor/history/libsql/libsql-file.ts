import Database from 'libsql';
import { type SqlRow, type SqlStatement, type SqlValue, withoutNul } from '../sql/sql';

/** Statements that are kept ready: those of ingestion are always the same few, and parsing costs as much as a small insert. */
const MAX_PREPARED = 64;

/**
 * One file of libSQL, as its thread has it. Values go in an array always: libsql 0.5.29 takes a single object, a Buffer too, for named
 * values, and ends the process.
 */
export class LibsqlFile {
  private readonly db: Database.Database;
  /** By their text, least recently used first. */
  private readonly prepared = new Map<string, Database.Statement>();

  /** Throws what libSQL throws. */
  constructor(path: string) {
    this.db = new Database(path);
    // what is behind the newest checkpoint may be lost with the machine's power: the position goes with it, and it is read again
    // for a new file alone, and before its first table: what is deleted gives its disk back
    this.db.prepare('PRAGMA auto_vacuum = INCREMENTAL').all([]);
    for (const setting of ['journal_mode = WAL', 'synchronous = NORMAL', 'secure_delete = ON', 'busy_timeout = 5000']) {
      this.db.prepare(`PRAGMA ${setting}`).all([]);
    }
  }

  all(sql: string, values: readonly SqlValue[]): SqlRow[] {
    const statement = this.ready(sql);
    if (statement.reader) return statement.all([...values.map(bound)]) as SqlRow[];
    // `run` takes one step: a pragma that works in several would stay open, and lock
    if (values.length === 0) this.db.exec(sql);
    else statement.run([...values.map(bound)]);
    return [];
  }

  transaction(statements: readonly SqlStatement[]): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      for (const { sql, values } of statements) this.all(sql, values);
      this.db.exec('COMMIT');
    } catch (error) {
      this.db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.prepared.clear();
    this.db.close();
  }

  private ready(sql: string): Database.Statement {
    const statement = this.prepared.get(sql) ?? this.db.prepare(sql);
    this.prepared.delete(sql);
    this.prepared.set(sql, statement);
    if (this.prepared.size > MAX_PREPARED) this.prepared.delete(this.prepared.keys().next().value!);
    return statement;
  }
}

function bound(value: SqlValue): SqlValue {
  if (typeof value === 'string') return withoutNul(value);
  // bytes that crossed a thread are no Buffer any more
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
