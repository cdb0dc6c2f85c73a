import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { type DeliveryOptions, kafkaOptions, outboxOptions } from './delivery-options';
import { DataKeys } from './erasure/data-keys';
import { ErasureJournal } from './erasure/erasure-journal';
import { ERASURES, Erasures } from './erasure/erasures';
import { sealing } from './erasure/sealed-message';
import { KafkaClient } from './kafka-client';
import { toKafkaMessage } from './kafka-message';
import { KafkaOffset } from './kafka-offset';
import { KafkaSink } from './kafka-sink';
import { Outbox } from './outbox';
import { RESULT_STORE } from './result-feed';
import { RESULT_SINK, type ResultSink } from './result-sink';

export const DELIVERY_OPTIONS = Symbol('DeliveryOptions');
/** Keys of customers; `null` where nothing is encrypted. */
export const DATA_KEYS = Symbol('DataKeys');

const logger = new Logger('Delivery');

/** Gives RESULT_STORE, RESULT_SINK (null without Kafka) and the Outbox itself; opens them at the start, closes them last. */
@Module({
  providers: [
    { provide: DELIVERY_OPTIONS, inject: [CONFIG], useFactory: deliveryOptions },
    { provide: DATA_KEYS, inject: [CONFIG], useFactory: openKeys },
    { provide: Outbox, inject: [DELIVERY_OPTIONS, SERVICE_PARTS, DATA_KEYS], useFactory: openOutbox },
    { provide: RESULT_STORE, useExisting: Outbox },
    { provide: RESULT_SINK, inject: [DELIVERY_OPTIONS, Outbox, DATA_KEYS], useFactory: startSink },
    { provide: ERASURES, inject: [DELIVERY_OPTIONS, Outbox, DATA_KEYS, RESULT_SINK], useFactory: erasures },
  ],
  exports: [Outbox, RESULT_STORE, RESULT_SINK, ERASURES, DATA_KEYS],
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

function deliveryOptions({ dataDir, storage, kafkaBrokers }: Config): DeliveryOptions {
  const outbox = { dir: join(dataDir, 'outbox'), dataDir, ...storage };
  return kafkaBrokers.length === 0 ? { outbox } : { outbox, kafka: { brokers: kafkaBrokers } };
}

function openKeys({ dataDir, shreddingKey }: Config): DataKeys | null {
  return shreddingKey === undefined ? null : DataKeys.open(join(dataDir, 'data-keys'), shreddingKey);
}

function erasures(
  { outbox: { dir } }: DeliveryOptions,
  outbox: Outbox,
  keys: DataKeys | null,
  sink: ResultSink | null = null,
): Erasures {
  const journal = new ErasureJournal(join(dir, 'erasures'));
  return new Erasures({ outbox, journal, keys: keys ?? undefined, sink: sink ?? undefined });
}

async function openOutbox(options: DeliveryOptions, { files }: ServiceParts, keys: DataKeys | null): Promise<Outbox> {
  const outbox = await Outbox.open(outboxOptions({ ...options.outbox, holdForSink: options.kafka !== undefined }), {
    ...(files === undefined ? {} : { files }),
    onTrouble: (trouble) => {
      if (trouble === undefined) logger.log({ msg: 'results are written to disk again' });
      else
        logger.error({ msg: 'results wait: they cannot be written to disk', code: trouble.code, why: trouble.message });
    },
  });
  const { recovery } = outbox;
  if (recovery.truncatedBytes > 0 || recovery.missing.length > 0) logger.warn({ msg: 'outbox recovered', ...recovery });
  // before anything of the log is sent or shown
  const finished = await erasures(options, outbox, keys).finishOthers();
  if (finished > 0) logger.warn({ msg: 'finished the erasures that a dead process had begun', erasures: finished });
  return outbox;
}

function startSink(options: DeliveryOptions, outbox: Outbox, keys: DataKeys | null): ResultSink | null {
  if (options.kafka === undefined) return null;
  const kafka = kafkaOptions(options.kafka);
  const client = new KafkaClient(kafka, (message) => sink.trouble(message));
  const encode = keys === null ? undefined : sealing(toKafkaMessage, keys);
  const sink = new KafkaSink(outbox, new KafkaOffset(options.outbox.dir, outbox.logId), client, kafka, encode);
  sink.start();
  return sink;
}
