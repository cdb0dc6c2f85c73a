import type { KafkaTroubleCode } from './kafka-trouble';
import type { Refusal } from './partition-producer';

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
  /** It is older than the bound that was set. */
  readonly isLate: boolean;
  /** Records that went to the dead-letter topic, by reason, since the start. */
  readonly deadLettered: Readonly<Record<Refusal, number>>;
  /** How topics differ from what is wanted, where they are taken all the same. */
  readonly topicFaults: readonly string[];
  /** Of the present trouble; absent without any. */
  readonly trouble?: KafkaTroubleCode;
  /** The sentence of the present trouble, or of the last one. */
  readonly lastError?: string;
}

/** What is worth a line in the log: once for each trouble, not for each attempt. */
export interface SinkLog {
  trouble(code: KafkaTroubleCode, message: string): void;
  recovered(): void;
  topicFaults(faults: readonly string[]): void;
  /** The first record of this topic that was refused for this reason. */
  refused(topic: string, reason: Refusal, message: string): void;
}
