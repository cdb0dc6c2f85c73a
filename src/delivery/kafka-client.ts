import { type Admin, Kafka, type KafkaConfig, type LogEntry, logLevel, type Producer, type SASLOptions } from 'kafkajs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { sleep } from './backoff';
import type { KafkaOptions } from './delivery-options';
import type { KafkaMessage } from './kafka-message';
import { type PartitionProducer, ProducerBrokenError } from './partition-producer';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** How long a topic just made may take until every partition has a leader. */
const TOPIC_READY_MS = 15_000;

/**
 * The one file that knows kafkajs (2.2.4). Two faults of it lose acknowledged records, both seen with a real broker:
 * overlapping sends of an idempotent producer to one partition when a reply is lost, and one send over several
 * partitions while a leader moves. So every send here is of one partition, the caller sends one at a time, and a
 * reply that does not name the partition counts as a failure.
 */
export class KafkaClient implements PartitionProducer {
  private readonly kafka: Kafka;
  private producer: Producer;
  private isClosed = false;

  constructor(
    private readonly options: KafkaOptions,
    /** What kafkajs logs as an error while it still retries by itself. */
    private readonly onTrouble: (message: string) => void = () => undefined,
  ) {
    const { brokers, clientId, sasl, ssl } = options;
    this.kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      ssl,
      ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Here too: with fewer, a send fails for good inside its own retries when the connection cannot be made.
      retry: this.retry(),
      socketFactory: this.socketFactory,
      logLevel: logLevel.ERROR,
      logCreator: () => this.onLog,
    });
    this.producer = this.newProducer();
  }

  async connect(): Promise<void> {
    await this.producer.connect();
  }

  async ensureTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic));
      if (missing.length > 0) await this.createTopics(admin, missing);
      return await partitionsWithLeaders(admin, topics);
    } finally {
      await admin.disconnect();
    }
  }

  async send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    const reply = await this.producer
      .send({ topic, acks: -1, messages: messages.map((message) => ({ ...message, partition })) })
      .catch((error: unknown) => {
        throw isBroken(error) ? new ProducerBrokenError(String(error), { cause: error }) : error;
      });
    if (!reply.some((part) => part.topicName === topic && part.partition === partition && part.errorCode === 0)) {
      throw new ProducerBrokenError(`the reply to a send lacks ${topic}-${partition}`);
    }
  }

  async renew(): Promise<void> {
    const old = this.producer;
    this.producer = this.newProducer();
    await old.disconnect().catch(() => undefined);
    await this.producer.connect();
  }

  async disconnect(): Promise<void> {
    this.isClosed = true;
    await this.producer.disconnect().catch(() => undefined);
  }

  private newProducer(): Producer {
    return this.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: this.retry(),
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
    });
  }

  private retry() {
    const { sendRetries, maxRetryWaitMs } = this.options;
    return { initialRetryTime: 100, maxRetryTime: maxRetryWaitMs, retries: sendRetries };
  }

  /** Topics that somebody else made meanwhile are fine: createTopics then answers false. */
  private async createTopics(admin: Admin, topics: readonly string[]): Promise<void> {
    const { brokers } = await admin.describeCluster();
    const replicationFactor = Math.min(this.options.replication, brokers.length);
    const safe = replicationFactor >= 3 ? [{ name: 'min.insync.replicas', value: '2' }] : [];
    await admin.createTopics({
      // With true, kafkajs throws UNKNOWN_TOPIC_OR_PARTITION when it asks a broker that has not heard of the topic yet.
      waitForLeaders: false,
      topics: topics.map((topic) => ({
        topic,
        numPartitions: this.options.partitions,
        replicationFactor,
        configEntries: [
          ...safe,
          ...(topic === 'rapport.sessions' ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
        ],
      })),
    });
  }

  /** Once closed no connection is made any more: kafkajs would go on retrying what was under way for a minute. */
  private readonly socketFactory: NonNullable<KafkaConfig['socketFactory']> = ({ host, port, ssl, onConnect }) => {
    if (this.isClosed) throw new Error('the Kafka client is closed');
    const socket = ssl
      ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    return socket.setKeepAlive(true, 60_000);
  };

  /**
   * It takes a refused connection for a passing trouble, though, and only a TypeError ends its retries. The one place
   * to throw it from is the log line that the broker pool writes inside each retry.
   */
  private readonly onLog = ({ namespace, log }: LogEntry): void => {
    if (this.isClosed && namespace === 'BrokerPool') throw new TypeError('the Kafka client is closed');
    if (!this.isClosed) this.onTrouble(log.message);
  };
}

async function partitionsWithLeaders(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const deadline = Date.now() + TOPIC_READY_MS;
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
      const isReady = metadata.topics.every(
        ({ partitions }) => partitions.length > 0 && partitions.every((p) => p.leader >= 0),
      );
      if (isReady) return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
      if (Date.now() > deadline) throw new Error('topics without a leader');
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(100);
  }
}

/**
 * What the broker says when it no longer follows this producer's sequence numbers. After anything else (no connection,
 * retries used up) the same batch goes out again with the same producer, so that the broker can recognise it: giving
 * the producer up there doubled a batch at every kill of a broker.
 */
const BROKEN = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

function isBroken(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } };
  return BROKEN.has(type ?? cause?.type ?? '');
}
