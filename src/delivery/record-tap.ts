import type { Outbox } from './outbox';
import type { LogRecord } from './record-line';

export const RECORD_TAP = Symbol('RecordTap');

/** A place between two records of a log. An offset means nothing in another log. */
export interface TapPosition {
  readonly logId: string;
  /** Of the record that comes next. */
  readonly offset: number;
}

export interface TappedRecord {
  /** Behind this record: whoever has done with it and keeps this place goes on from here. */
  readonly position: TapPosition;
  readonly record: LogRecord;
}

export interface TapOptions {
  /** Ends the reading; who waits for a record stops waiting. */
  readonly signal?: AbortSignal;
  /** False: ends with what is durable now. Default true: waits there for what comes. */
  readonly follow?: boolean;
  /** Records of one batch at most. Default 256. */
  readonly maxBatchRecords?: number;
}

/**
 * Every durable record of all sessions and tenants, in the order of the log: those from a place on that somebody kept, then
 * live ones. Who reads pulls: nothing waits in memory for a slow reader but the chunk (256 kB) that it works at, and what it
 * has not come to is read from the log, which keeps it for as long as retention says. Erased records are passed over; whoever
 * keeps copies acts on `rapport.session.erased`, and meets it after all else of the session.
 */
export class RecordTap {
  constructor(private readonly outbox: Pick<Outbox, 'logId' | 'nextOffset' | 'readChunks'>) {}

  /** Where only what is not yet written follows. */
  end(): TapPosition {
    return { logId: this.outbox.logId, offset: this.outbox.nextOffset };
  }

  /**
   * What is there, in batches; a batch comes as soon as there is one record. `from` undefined, or a place in another log than
   * the one that is here now: from the oldest record that is kept. Rejects with `data_format` when the log is damaged.
   */
  async *batches(from: TapPosition | undefined, options: TapOptions = {}): AsyncGenerator<readonly TappedRecord[]> {
    const { signal, follow = true, maxBatchRecords = 256 } = options;
    const { logId } = this.outbox;
    const offset = from?.logId === logId ? from.offset : 0;
    const read = { follow, ...(signal === undefined ? {} : { signal }) };
    for await (const chunk of this.outbox.readChunks(offset, read)) {
      for (let at = 0; at < chunk.length; at += maxBatchRecords) {
        if (signal?.aborted) return;
        yield chunk
          .slice(at, at + maxBatchRecords)
          .map((record) => ({ position: { logId, offset: record.offset + 1 }, record }));
      }
    }
  }

  /** As `batches`, one by one. */
  async *records(from: TapPosition | undefined, options: TapOptions = {}): AsyncGenerator<TappedRecord> {
    for await (const batch of this.batches(from, options)) yield* batch;
  }
}
