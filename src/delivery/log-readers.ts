import type { LogCursor } from './log-cursor';
import { LogTail, writtenRecords } from './log-tail';
import type { Encoded, LogRecord } from './record-line';
import type { SegmentLog } from './segment-log';
import type { DurableRecord } from './session-result';

export interface ReadOptions {
  /** Waits at the end for what comes, until `signal` fires. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** One commit, now that it is durable: its records, each with the key and the line that it was written with. */
export interface WrittenCommit {
  readonly keys: readonly { readonly key: string }[];
  readonly records: readonly DurableRecord[];
  readonly encoded: Encoded;
  /** Where it begins in the log as a whole. */
  readonly beginPosition: number;
}

/** Those who read the log forwards, and wait at its end: what was written last they get out of memory. */
export class LogReaders {
  private waiting: (() => void)[] = [];
  private isClosed = false;
  private readonly cursors = new Set<LogCursor>();
  private readonly tail: LogTail;

  constructor(
    private readonly log: Pick<SegmentLog, 'nextOffset' | 'cursor'>,
    maxTailBytes: number,
  ) {
    this.tail = new LogTail(maxTailBytes);
  }

  /** Who waits is woken by `wake`, when all else who hears of it has. */
  written({ keys, records, encoded, beginPosition }: WrittenCommit): void {
    const { tail, log } = this;
    const offsets = [...this.cursors].map(({ offset }) => offset);
    tail.forgetBelow(Math.min(...offsets));
    const firstOffset = log.nextOffset - records.length;
    // Whom the tail has lost reads the files until they are at their end: what is kept meanwhile only burdens the collector.
    if (Math.max(...offsets) < (tail.firstOffset ?? firstOffset)) return tail.clear();
    const bytes = encoded.bytes.length;
    const kept = writtenRecords(firstOffset, keys, records, encoded);
    tail.push({ records: kept, bytes, endPosition: beginPosition + bytes });
  }

  /** Records were taken out of the log: nobody gets any out of memory. */
  forgetTail(): void {
    this.tail.clear();
  }

  async *read(fromOffset: number, options: ReadOptions): AsyncGenerator<LogRecord> {
    for await (const records of this.readChunks(fromOffset, options)) {
      for (const record of records) {
        if (options.signal?.aborted) return;
        yield record;
      }
    }
  }

  /** As many at a time as the log gives at once, never none. */
  async *readChunks(fromOffset: number, options: ReadOptions): AsyncGenerator<readonly LogRecord[]> {
    const { follow = false, signal } = options;
    const cursor = this.log.cursor(fromOffset, this.tail);
    const isAborted = (): boolean => signal?.aborted ?? false;
    const wake = (): void => this.wake();
    signal?.addEventListener('abort', wake);
    this.cursors.add(cursor);
    try {
      while (!isAborted()) {
        const end = this.log.nextOffset;
        const isLast = !follow || this.isClosed;
        const records = await cursor.next();
        if (isAborted()) return;
        if (records.length > 0) {
          yield records;
          continue;
        }
        if (isLast) return;
        const isStill = end === this.log.nextOffset && !isAborted() && !this.isClosed;
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
