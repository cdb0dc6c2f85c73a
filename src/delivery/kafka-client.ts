import {
  CompressionCodecs,
  CompressionTypes,
  Kafka,
  type KafkaConfig,
  type LogEntry,
  logLevel,
  type Producer,
  type SASLOptions,
} from 'kafkajs';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { KafkaMessage } from './kafka-message';
import type { KafkaOptions } from './kafka-options';
import { useFasterRecords } from './kafkajs-record';
import type { Lz4 } from './lz4-codec';
import { type PartitionProducer, ProducerBrokenError } from './partition-producer';
import { asSendError } from './send-error';
import { ensureTopics } from './topic-admin';

const CONNECT_TIMEOUT_MS = 3_000;
const COMPRESSION = { gzip: CompressionTypes.GZIP, lz4: CompressionTypes.LZ4, none: CompressionTypes.None };

/** What the client tells beside its answers. */
export interface ClientEvents {
  /** What kafkajs logs as an error while it still retries by itself. */
  told?(line: unknown): void;
  /** How topics that are there differ from what is wanted; empty: not at all. */
  topicsDiffer?(faults: readonly string[]): void;
}

/**
 * The one file that knows kafkajs (2.2.4), with kafkajs-record.ts. Two faults of it lose acknowledged records, both seen with a real broker:
 * overlapping sends of an idempotent producer to one partition when a reply is lost, and one send over several
 * partitions while a leader moves. So every send here is of one partition, the caller sends one at a time, and a
 * reply that does not name the partition counts as a failure.
 *
 * Each topic has a producer of its own: one that misses a topic cannot learn of moved leaders of the others any more,
 * and an idempotent producer of kafkajs sends to a broker one batch at a time.
 */
export class KafkaClient implements PartitionProducer {
  private readonly kafka: Kafka;
  private readonly producers = new Map<string, Promise<Producer>>();
  private isClosed = false;

  constructor(
    private readonly options: KafkaOptions,
    private readonly events: ClientEvents = {},
  ) {
    useFasterRecords();
    const { brokers, clientId, sasl, tls, requestTimeoutMs } = options;
    this.kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      ssl: tls ?? false,
      ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      // Here too: with fewer, a send fails for good inside its own retries when the connection cannot be made.
      retry: this.retry(),
      socketFactory: this.socketFactory,
      logLevel: logLevel.ERROR,
      logCreator: () => this.onLog,
    });
  }

  /** kafkajs looks codecs up in one table for the whole process. */
  static registerLz4({ compressFrame, decompressFrame }: Lz4): void {
    CompressionCodecs[CompressionTypes.LZ4] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => compressFrame(buffer),
      decompress: (buffer: Buffer) => decompressFrame(buffer),
    });
  }

  async connect(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.disconnect();
  }

  async ensureTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const { partitions, faults } = await ensureTopics(admin, topics, this.options);
      // Not when one that went missing is looked for: that says nothing of the others.
      if (topics.length > 1) this.events.topicsDiffer?.(faults);
      return partitions;
    } finally {
      await admin.disconnect();
    }
  }

  async send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    const producer = await this.producer(topic);
    const reply = await producer
      .send({
        topic,
        acks: -1,
        compression: COMPRESSION[this.options.compression],
        messages: messages.map(({ key, value, headers }) => ({ key, value, headers, partition })),
      })
      .catch((error: unknown) => {
        throw asSendError(error);
      });
    if (!reply.some((part) => part.topicName === topic && part.partition === partition && part.errorCode === 0)) {
      throw new ProducerBrokenError(`the reply to a send lacks ${topic}-${partition}`);
    }
  }

  async renew(topic: string): Promise<void> {
    const old = this.producers.get(topic);
    this.producers.delete(topic);
    await old?.then((producer) => producer.disconnect()).catch(() => undefined);
    await this.producer(topic);
  }

  async disconnect(): Promise<void> {
    this.isClosed = true;
    const all = [...this.producers.values()];
    await Promise.all(all.map((made) => made.then((producer) => producer.disconnect()).catch(() => undefined)));
  }

  private producer(topic: string): Promise<Producer> {
    let made = this.producers.get(topic);
    if (made === undefined) {
      made = this.newProducer();
      this.producers.set(topic, made);
      // Another send makes another one.
      made.catch(() => this.producers.get(topic) === made && this.producers.delete(topic));
    }
    return made;
  }

  private async newProducer(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: this.retry(),
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
    });
    await producer.connect();
    return producer;
  }

  private retry() {
    const { sendRetries, maxRetryWaitMs } = this.options;
    return { initialRetryTime: 100, maxRetryTime: maxRetryWaitMs, retries: sendRetries };
  }

  /** Once closed no connection is made any more: kafkajs would go on retrying what was under way for a minute. */
  private readonly socketFactory: NonNullable<KafkaConfig['socketFactory']> = ({ host, port, ssl, onConnect }) => {
    if (this.isClosed) throw new Error('the Kafka client is closed');
    // RFC 6066 section 3: no address as a server name. The certificate is checked against the host all the same.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl ? connectTls({ host, port, ...name, ...ssl }, onConnect) : connectTcp({ host, port }, onConnect);
    return socket.setKeepAlive(true, 60_000);
  };

  /**
   * It takes a refused connection for a passing trouble, though, and only a TypeError ends its retries. The one place
   * to throw it from is the log line that the broker pool writes inside each retry.
   */
  private readonly onLog = ({ namespace, log }: LogEntry): void => {
    if (this.isClosed && namespace === 'BrokerPool') throw new TypeError('the Kafka client is closed');
    if (!this.isClosed) this.events.told?.(log);
  };
}
