import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SqlConnection, SqlRow, SqlStatement, SqlValue } from '../sql/sql';
import type { FromLibsql, LibsqlSettings, ToLibsql } from './libsql-messages';

interface Asked {
  readonly resolve: (rows: readonly SqlRow[]) => void;
  readonly reject: (error: Error) => void;
}

/** What it is given lives for one call: V8's own bound for such memory would let the process grow by tens of MB. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/**
 * A file of libSQL in a thread of its own: its calls block, and nobody who talks waits for them. One after the other, in the order of
 * the calls; who calls waits for answers, so that no more is on its way than there are callers.
 */
export class LibsqlThread implements SqlConnection {
  private readonly asked = new Map<number, Asked>();
  private lastId = 0;
  private end: Error | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', ({ id, rows = [], error }: FromLibsql) => {
      const one = this.asked.get(id);
      this.asked.delete(id);
      // only what is asked keeps a process
      if (this.asked.size === 0) worker.unref();
      if (error === undefined) one?.resolve(rows);
      else one?.reject(new Error(error));
    });
    worker.on('error', (error: Error) => this.over(error));
    worker.on('exit', () => this.over(new Error('the thread of the history has ended')));
  }

  /** Rejects with what libSQL says of the file. */
  static async open(path: string): Promise<LibsqlThread> {
    const workerData: LibsqlSettings = { path };
    const thread = new LibsqlThread(new Worker(workerPath(), { workerData, name: 'history', resourceLimits: LIMITS }));
    await new Promise<readonly SqlRow[]>((resolve, reject) => thread.asked.set(0, { resolve, reject }));
    return thread;
  }

  all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.ask((id) => ({ id, type: 'all', sql, values }));
  }

  async transaction(statements: readonly SqlStatement[]): Promise<void> {
    await this.ask((id) => ({ id, type: 'transaction', statements }));
  }

  /** For whoever opens the file, and shares the thread with nobody yet. */
  async alone<T>(work: (db: Pick<SqlConnection, 'all'>) => Promise<T>): Promise<T> {
    await this.all('BEGIN IMMEDIATE');
    try {
      const done = await work(this);
      await this.all('COMMIT');
      return done;
    } catch (error) {
      await this.all('ROLLBACK').catch(() => {}); // the thread has ended, or the transaction has
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.end !== undefined) return;
    try {
      await this.ask((id) => ({ id, type: 'close' }));
    } finally {
      await this.worker.terminate();
    }
  }

  private ask(message: (id: number) => ToLibsql): Promise<readonly SqlRow[]> {
    return new Promise((resolve, reject) => {
      if (this.end !== undefined) return reject(this.end);
      const id = (this.lastId += 1);
      this.asked.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage(message(id));
    });
  }

  private over(error: Error): void {
    this.end ??= error;
    for (const { reject } of this.asked.values()) reject(this.end);
    this.asked.clear();
  }
}

/** Threads run compiled files, also for tests, which run the sources. */
function workerPath(): string {
  const beside = join(__dirname, 'libsql-worker.js');
  if (existsSync(beside)) return beside;
  return join(__dirname, '..', '..', '..', '..', 'dist', 'monitor', 'history', 'libsql', 'libsql-worker.js');
}
