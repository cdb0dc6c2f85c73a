import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { type DeliveryOptions, outboxOptions } from './delivery-options';
import { DataKeys } from './erasure/data-keys';
import { ErasureJournal } from './erasure/erasure-journal';
import { ERASURES, Erasures } from './erasure/erasures';
import { sealing } from './erasure/sealed-message';
import { eventEncoding } from './event-encoding';
import { KafkaClient } from './kafka-client';
import { KafkaOffset } from './kafka-offset';
import { kafkaOptions } from './kafka-options';
import { KafkaSink } from './kafka-sink';
import { loadLz4 } from './lz4-codec';
import { Outbox } from './outbox';
import { RECORD_TAP, RecordTap } from './record-tap';
import { RESULT_STORE } from './result-feed';
import { RESULT_SINK, type ResultSink, type SinkLog } from './result-sink';
import { DeadLetters, webhookFolder } from './webhooks/dead-letters';

export const DELIVERY_OPTIONS = Symbol('DeliveryOptions');
/** Keys of customers; `null` where nothing is encrypted. */
export const DATA_KEYS = Symbol('DataKeys');
/** Alerts that no webhook took. */
export const DEAD_LETTERS = Symbol('DeadLetters');

const logger = new Logger('Delivery');

/** Gives RESULT_STORE, RESULT_SINK (null without Kafka) and the Outbox itself; opens them at the start, closes them last. */
@Module({
  providers: [
    { provide: DELIVERY_OPTIONS, inject: [CONFIG], useFactory: deliveryOptions },
    { provide: DATA_KEYS, inject: [CONFIG], useFactory: openKeys },
    { provide: Outbox, inject: [DELIVERY_OPTIONS, SERVICE_PARTS, DATA_KEYS, DEAD_LETTERS], useFactory: openOutbox },
    { provide: RESULT_STORE, useExisting: Outbox },
    { provide: RECORD_TAP, inject: [Outbox], useFactory: (outbox: Outbox) => new RecordTap(outbox) },
    { provide: RESULT_SINK, inject: [DELIVERY_OPTIONS, Outbox, DATA_KEYS], useFactory: startSink },
    { provide: DEAD_LETTERS, inject: [CONFIG], useFactory: deadLettersOf },
    {
      provide: ERASURES,
      inject: [DELIVERY_OPTIONS, Outbox, DATA_KEYS, DEAD_LETTERS, RESULT_SINK],
      useFactory: erasures,
    },
  ],
  exports: [DELIVERY_OPTIONS, Outbox, RECORD_TAP, RESULT_STORE, RESULT_SINK, ERASURES, DATA_KEYS, DEAD_LETTERS],
})
export class DeliveryModule implements OnApplicationShutdown {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(RESULT_SINK) private readonly sink: ResultSink | null,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.sink?.stop();
    await this.outbox.shutdown();
  }
}

function deliveryOptions({ dataDir, storage, kafkaBrokers, kafka, kafkaEvents }: Config): DeliveryOptions {
  const outbox = { dir: join(dataDir, 'outbox'), dataDir, ...storage };
  // without Kafka nothing outlives the log, and nothing need be known of it
  if (kafkaBrokers.length === 0) return { outbox: { ...outbox, maxCustomerIndexBytes: 0 } };
  return { outbox, kafka: { ...kafka, brokers: kafkaBrokers }, events: kafkaEvents };
}

function openKeys({ dataDir, shreddingKey }: Config): DataKeys | null {
  return shreddingKey === undefined ? null : DataKeys.open(join(dataDir, 'data-keys'), shreddingKey);
}

function deadLettersOf({ dataDir }: Config): DeadLetters {
  return new DeadLetters(webhookFolder(dataDir));
}

function erasures(
  { outbox: { dir } }: DeliveryOptions,
  outbox: Outbox,
  keys: DataKeys | null,
  deadLetters: DeadLetters,
  sink: ResultSink | null = null,
): Erasures {
  const journal = new ErasureJournal(join(dir, 'erasures'));
  const { customers } = outbox;
  return new Erasures({ outbox, journal, customers, deadLetters, keys: keys ?? undefined, sink: sink ?? undefined });
}

async function openOutbox(
  options: DeliveryOptions,
  { files }: ServiceParts,
  keys: DataKeys | null,
  deadLetters: DeadLetters,
): Promise<Outbox> {
  const outbox = await Outbox.open(outboxOptions({ ...options.outbox, holdForSink: options.kafka !== undefined }), {
    ...(files === undefined ? {} : { files }),
    onTrouble: (trouble) => {
      if (trouble === undefined) logger.log({ msg: 'results are written to disk again' });
      else
        logger.error({ msg: 'results wait: they cannot be written to disk', code: trouble.code, why: trouble.message });
    },
    onIndexTrouble: (err) => {
      if (err === undefined) logger.log({ msg: 'the log is looked through for sessions of customers again' });
      else logger.error({ msg: 'sessions of customers cannot be written down: nothing of the log is removed', err });
    },
    onIndexFull: () =>
      logger.warn({ msg: 'the index of customers is full: its oldest sessions can be erased by their ids alone' }),
  });
  const { recovery } = outbox;
  if (recovery.truncatedBytes > 0 || recovery.missing.length > 0) logger.warn({ msg: 'outbox recovered', ...recovery });
  // before anything of the log is sent or shown
  const finished = await erasures(options, outbox, keys, deadLetters).finishOthers();
  if (finished > 0) logger.warn({ msg: 'finished the erasures that a dead process had begun', erasures: finished });
  return outbox;
}

async function startSink(given: DeliveryOptions, outbox: Outbox, keys: DataKeys | null): Promise<ResultSink | null> {
  if (given.kafka === undefined) return null;
  const options = kafkaOptions(given.kafka);
  if (options.compression === 'lz4') KafkaClient.registerLz4(await loadLz4());
  const producer = new KafkaClient(options, {
    told: (line) => sink.told(line),
    topicsDiffer: (faults) => sink.topicsDiffer(faults),
  });
  const offset = new KafkaOffset(given.outbox.dir, outbox.logId);
  const plain = eventEncoding(given.events ?? { mode: 'binary', data: 'json' }, (misfit) =>
    logger.error({ msg: 'an event fits no Avro schema and goes as JSON', ...misfit }),
  );
  const encode = keys === null ? plain : sealing(plain, keys);
  const sink = new KafkaSink({ outbox, offset, producer, encode, log: SINK_LOG }, options);
  sink.start();
  return sink;
}

/** One line for each trouble, not for each attempt. */
const SINK_LOG: SinkLog = {
  trouble: (code, message) => logger.warn({ msg: 'Kafka does not take results', code, reason: message }),
  recovered: () => logger.log({ msg: 'Kafka takes results again' }),
  topicFaults: (faults) => logger.warn({ msg: 'topics differ from what is wanted', faults }),
  refused: (topic, reason, message) => logger.error({ msg: 'Kafka refused a record', topic, reason, said: message }),
};
