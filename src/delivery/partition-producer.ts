import type { KafkaMessage } from './kafka-message';

/** What the sink needs of a Kafka client; `KafkaClient` is the real one. */
export interface PartitionProducer {
  /** Rejects when no broker can be reached, or none takes us. */
  connect(): Promise<void>;
  /**
   * Makes or checks these topics, as the options say, and gives the number of partitions of each that is there.
   * Rejects with TopicFaultError where topics must be as wanted and are not.
   */
  ensureTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Resolves when every in-sync replica has all the messages. Messages of one partition only, and never two sends to
   * a partition at a time. Rejects with one of the errors below where the sink has to do more than try again.
   */
  send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void>;
  /** Gets a new producer id for a topic, after an error that the old one does not survive. No send to it may be under way. */
  renew(topic: string): Promise<void>;
  disconnect(): Promise<void>;
}

/** A send failed in a way that this producer id cannot repeat. */
export class ProducerBrokenError extends Error {
  override readonly name = 'ProducerBrokenError';
}

/** Kafka knows no such topic or partition, now or for good. */
export class UnknownTopicError extends Error {
  override readonly name = 'UnknownTopicError';
}

/** Why a record goes to the dead-letter topic. */
export const REFUSALS = ['too_large', 'invalid', 'unknown_topic'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Kafka will never take these messages as they are. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(
    readonly reason: Refusal,
    /** What Kafka said. */
    message: string,
    /** It is not one of several that is at fault, but all of them. */
    readonly all = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
