import type { KafkaMessage } from './kafka-message';

/** What the sink needs of a Kafka client; `KafkaClient` is the real one. */
export interface PartitionProducer {
  connect(): Promise<void>;
  /** Makes what is missing of these topics and gives the number of partitions of each. */
  ensureTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Resolves when every in-sync replica has all the messages. Messages of one partition only, and never two sends to
   * a partition at a time.
   */
  send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void>;
  /** Gets a new producer id, after an error that the old one does not survive. No send may be under way. */
  renew(): Promise<void>;
  disconnect(): Promise<void>;
}

/** A send failed in a way that this producer id cannot repeat. */
export class ProducerBrokenError extends Error {
  override readonly name = 'ProducerBrokenError';
}
