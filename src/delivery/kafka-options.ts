const MIB = 1024 * 1024;
const HOUR_MS = 3600_000;

/** Kafka behind the outbox. Every bound has its unit in its name. */
export interface KafkaOptions {
  /** host:port of one or more brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** PEM, all optional; absent: no TLS. Without `ca` the authorities that Node knows are trusted. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /**
   * `create`: topics that are missing are made, those that are there are compared and taken as they are. `check`:
   * nothing is made, and nothing is delivered while one is missing or differs. `off`: taken as they are. Default create.
   */
  readonly topics: 'create' | 'check' | 'off';
  /** Partitions of a topic. Default 6. */
  readonly partitions: number;
  /** Copies of a topic. Absent: 3, or as many as there are brokers when those are fewer. */
  readonly replication?: number;
  /** How long topics that are not compacted keep a record. Default 7 days. */
  readonly retentionMs: number;
  /** The same for the audit trail. Default 365 days. */
  readonly auditRetentionMs: number;
  /** Takes the records that Kafka refuses. Default `rapport.dead-letter`. */
  readonly deadLetterTopic: string;
  /** How long a topic that was there may be missing before its records go to the dead-letter topic. Default 60 s. */
  readonly unknownTopicMs: number;
  /** Of each batch. `lz4` needs the package lz4-napi. Default gzip. */
  readonly compression: 'gzip' | 'lz4' | 'none';
  /** One send holds at most this many records (default 100) and bytes (default 256 kB) of one partition. */
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** How long a batch that is not full waits for more. Default 5 ms. */
  readonly lingerMs: number;
  /**
   * Records from the oldest that is not acknowledged to the newest that was read (default 10,000), so what a crash sends again at
   * most, though one partition stands still; and bytes (default 16 MiB) that are not acknowledged. The rest stays on disk.
   */
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
  /**
   * Records not acknowledged beyond which nothing is read for partitions that move (default 800): a few batches of each
   * keep them busy, and what waits longer costs the collector more than the sending. A partition whose batch has been on its
   * way for `stallMs` (default 500 ms) stands still and does not count, so that it never holds up the others.
   */
  readonly maxReadAheadRecords: number;
  readonly stallMs: number;
  /** Not ready while the oldest record that waits is older. Default 0: Kafka away never makes us unready. */
  readonly maxAgeMs: number;
  /** The client's own retries inside one send: at least 40, since fewer give up within a leader change. Default 60. */
  readonly sendRetries: number;
  /** Longest wait between those retries. Default 1,000 ms. */
  readonly maxRetryWaitMs: number;
  /** How long a broker may take for one answer before the connection is given up. Default 15 s. */
  readonly requestTimeoutMs: number;
  /** Between our own attempts, which never end. Default 250 ms to 10 s. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** How often the acknowledged offset is written down. Default 200 ms. What was sent since is sent again after a crash. */
  readonly offsetFlushMs: number;
  /** How long `stop` goes on delivering. Default 5 s. */
  readonly stopTimeoutMs: number;
}

export const KAFKA_DEFAULTS: Omit<KafkaOptions, 'brokers'> = {
  clientId: 'rapport',
  topics: 'create',
  partitions: 6,
  retentionMs: 7 * 24 * HOUR_MS,
  auditRetentionMs: 365 * 24 * HOUR_MS,
  deadLetterTopic: 'rapport.dead-letter',
  unknownTopicMs: 60_000,
  compression: 'gzip',
  maxBatchRecords: 100,
  maxBatchBytes: 256_000,
  lingerMs: 5,
  maxBufferedRecords: 10_000,
  maxBufferedBytes: 16 * MIB,
  maxReadAheadRecords: 800,
  stallMs: 500,
  maxAgeMs: 0,
  sendRetries: 60,
  maxRetryWaitMs: 1_000,
  requestTimeoutMs: 15_000,
  minBackoffMs: 250,
  maxBackoffMs: 10_000,
  offsetFlushMs: 200,
  stopTimeoutMs: 5_000,
};

export function kafkaOptions(given: { readonly brokers: readonly string[] } & Partial<KafkaOptions>): KafkaOptions {
  return { ...KAFKA_DEFAULTS, ...given };
}
