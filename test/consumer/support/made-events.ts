import { TOPICS } from '@rapport-live/protocol';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { createHash } from 'node:crypto';
import { toCloudEvent } from '../../../src/delivery/cloud-event';
import { toKafkaMessage } from '../../../src/delivery/kafka-message';
import { javaPartition } from '../../../src/delivery/murmur2';
import { result, session } from '../../delivery/support/results';

export const PARTITIONS = 4;

/** The id of the nth result of a session as docs/protocol.md has it: computed here, not by the service. */
export function expectedId(sessionNumber: number, n: number): string {
  const { tenant, sessionId } = session(sessionNumber);
  const parts = [tenant, sessionId, 'rapport.session.updated', ['gap', n]];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** A Kafka message as the sink makes it. */
export function message(sessionNumber: number, n: number, atMs?: number): Message & { partition: number } {
  const identity = session(sessionNumber);
  const event = toCloudEvent(identity, result(n), new Date(atMs ?? Date.now()));
  const { key, value, headers } = toKafkaMessage({ seq: n + 1, topic: 'rapport.results', event });
  const timestamp = atMs === undefined ? {} : { timestamp: String(atMs) };
  return { key, value, headers, partition: javaPartition(key, PARTITIONS), ...timestamp };
}

export const quietKafka = (brokers: readonly string[]): Kafka =>
  new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 1_000 } });

/** The service's topics, and a producer that puts each message where it says. */
export async function connectProducer(brokers: readonly string[]): Promise<Producer> {
  const kafka = quietKafka(brokers);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: false,
    topics: TOPICS.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 })),
  });
  await admin.disconnect();
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message: made }) =>
        made.partition!,
  });
  await producer.connect();
  return producer;
}
