import type { EncodingOptions } from './event-encoding';
import type { KafkaOptions } from './kafka-options';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The outbox on disk. Every bound has its unit in its name. */
export interface OutboxOptions {
  /** Folder of the log; made when missing. One writer at a time. */
  readonly dir: string;
  /** Everything in this folder counts for the disk budget. Default: the folder of the log. */
  readonly dataDir?: string;
  /** Most bytes of everything that is kept in `dataDir`. Default 2 GiB. At it results wait, see docs/operations.md. */
  readonly budgetBytes: number;
  /** Of them, set aside for all that is not the log. Default 16 MiB, at most an eighth of the budget. */
  readonly reserveBytes: number;
  /** A commit begins at once when the last began longer ago than this, else when this has passed. Default 5 ms. */
  readonly groupCommitMs: number;
  /** Most bytes of one commit. Default 1 MiB. A torn tail can never be longer than this. */
  readonly maxCommitBytes: number;
  /** Most bytes of one event: Kafka's default `max.message.bytes` is 1,048,588. Default 900,000. */
  readonly maxEventBytes: number;
  /** Bytes of what was written last that are kept for who reads at the end of the log. Default 2 MiB. */
  readonly maxTailBytes: number;
  /** Bytes that may wait for the disk, also while it refuses; beyond them an append rejects with `overloaded`. Default 16 MiB. */
  readonly maxQueuedBytes: number;
  /** A new segment begins beyond this size. Default 16 MiB. */
  readonly maxSegmentBytes: number;
  /** A new segment begins after this time, so that retention in days works on a quiet system. Default 1 day. */
  readonly maxSegmentMs: number;
  /** Whole old segments beyond this go, once the sink has them. Default 256 MiB: the whole log is read and checked at the start, about 100 MB a second. */
  readonly retentionBytes: number;
  /** Whole segments last written longer ago go, once the sink has them. Default 7 days. */
  readonly retentionMs: number;
  /**
   * Most bytes of which sessions each customer had, beyond what the log knows: about 95 a session. Beyond them, or beyond an
   * eighth of the budget, the oldest sessions can be erased by their own ids alone. 0: not kept, as fits where nothing
   * outlives the log. Default 0.
   */
  readonly maxCustomerIndexBytes: number;
  /** How often retention is looked at and what is kept is measured. Default 10 s. */
  readonly sweepMs: number;
  /** Between two tries of a commit that the disk refused. Default 500 ms. */
  readonly retryMs: number;
  /** The lock of the folder is touched this often, default 2 s; untouched for so long it is nobody's, default 10 s. */
  readonly lockBeatMs: number;
  readonly lockDeadMs: number;
  /** Newest records of a live session that can be replayed and recognised by id (about 100 bytes each). Default 50,000. */
  readonly maxIndexedRecords: number;
  /** Closed sessions that a late subscriber can still read to their end. Default 256. */
  readonly maxClosedSessions: number;
  /** How long a session found unfinished at the start is kept for a resume. Default 15 minutes. */
  readonly recoveredSessionKeepMs: number;
  /** Keep every record until `releaseBelow` allows its removal: set when a sink reads the log. Default false. */
  readonly holdForSink: boolean;
}

export const OUTBOX_DEFAULTS: Omit<OutboxOptions, 'dir' | 'dataDir'> = {
  budgetBytes: 2048 * MIB,
  reserveBytes: 16 * MIB,
  groupCommitMs: 5,
  maxCommitBytes: MIB,
  maxEventBytes: 900_000,
  maxTailBytes: 2 * MIB,
  maxQueuedBytes: 16 * MIB,
  maxSegmentBytes: 16 * MIB,
  maxSegmentMs: 24 * 3600_000,
  retentionBytes: 256 * MIB,
  retentionMs: 7 * 24 * 3600_000,
  maxCustomerIndexBytes: 0,
  sweepMs: 10_000,
  retryMs: 500,
  lockBeatMs: 2_000,
  lockDeadMs: 10_000,
  maxIndexedRecords: 50_000,
  maxClosedSessions: 256,
  recoveredSessionKeepMs: 15 * 60_000,
  holdForSink: false,
};

/** What the configuration gives. Without `kafka` the outbox is all there is. */
export interface DeliveryOptions {
  readonly outbox: { readonly dir: string } & Partial<OutboxOptions>;
  readonly kafka?: { readonly brokers: readonly string[] } & Partial<KafkaOptions>;
  /** How events are written to it. Default: binary mode, JSON. */
  readonly events?: EncodingOptions;
}

export function outboxOptions(given: DeliveryOptions['outbox']): OutboxOptions {
  const options = { ...OUTBOX_DEFAULTS, ...given };
  const eighth = options.budgetBytes / 8;
  const { reserveBytes, maxCustomerIndexBytes } = options;
  return {
    ...options,
    reserveBytes: Math.min(reserveBytes, eighth),
    maxCustomerIndexBytes: Math.min(maxCustomerIndexBytes, eighth),
  };
}
