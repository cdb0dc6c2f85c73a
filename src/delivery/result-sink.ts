export const RESULT_SINK = Symbol('ResultSink');

/** Takes the durable results of the outbox to everyone downstream. `null` under the token when none is configured. */
export interface ResultSink {
  /** Begins in the background and never gives up; what cannot be delivered now waits in the outbox. */
  start(): void;
  status(): SinkStatus;
  /** These sessions (their Kafka keys) are being erased: what waits of them is not sent any more. */
  forget(keys: ReadonlySet<string>): void;
  /** Delivers what it can within its time limit, then lets go. What is left is delivered after the next start. */
  stop(): Promise<void>;
}

export interface SinkStatus {
  /** The last exchange succeeded. */
  readonly connected: boolean;
  /** Durable records that are not acknowledged yet. */
  readonly lagRecords: number;
  /** Age of the oldest of them, ms of wall clock; 0 without any. */
  readonly oldestUnackedMs: number;
  /** Of the present trouble, or of the last one. */
  readonly lastError?: string;
}
