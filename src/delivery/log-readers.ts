import type { LogCursor } from './log-cursor';
import type { LogRecord } from './record-line';

export interface ReadOptions {
  /** Waits at the end for what comes, until `signal` fires. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Those who read the log forwards, and wait at its end. */
export class LogReaders {
  private waiting: (() => void)[] = [];
  private isClosed = false;
  private readonly cursors = new Set<LogCursor>();

  constructor(private readonly nextOffset: () => number) {}

  /** The offset that the slowest of them reads next; Infinity where nobody reads. */
  get slowestOffset(): number {
    let slowest = Infinity;
    for (const { offset } of this.cursors) slowest = Math.min(slowest, offset);
    return slowest;
  }

  /** The offset that the one furthest ahead reads next; -Infinity where nobody reads. */
  get fastestOffset(): number {
    let fastest = -Infinity;
    for (const { offset } of this.cursors) fastest = Math.max(fastest, offset);
    return fastest;
  }

  async *read(cursor: LogCursor, options: ReadOptions): AsyncGenerator<LogRecord> {
    for await (const records of this.readChunks(cursor, options)) {
      for (const record of records) {
        if (options.signal?.aborted) return;
        yield record;
      }
    }
  }

  /** As many at a time as the log gives at once, never none. */
  async *readChunks(cursor: LogCursor, { follow = false, signal }: ReadOptions): AsyncGenerator<readonly LogRecord[]> {
    const isAborted = (): boolean => signal?.aborted ?? false;
    const wake = (): void => this.wake();
    signal?.addEventListener('abort', wake);
    this.cursors.add(cursor);
    try {
      while (!isAborted()) {
        const end = this.nextOffset();
        const isLast = !follow || this.isClosed;
        const records = await cursor.next();
        if (isAborted()) return;
        if (records.length > 0) {
          yield records;
          continue;
        }
        if (isLast) return;
        const isStill = end === this.nextOffset() && !isAborted() && !this.isClosed;
        if (isStill) await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      this.cursors.delete(cursor);
      signal?.removeEventListener('abort', wake);
    }
  }

  /** There is more to read. */
  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** There will be no more: who waits ends. */
  close(): void {
    this.isClosed = true;
    this.wake();
  }
}
