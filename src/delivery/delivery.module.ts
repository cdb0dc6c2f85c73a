import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { type DeliveryOptions, kafkaOptions, outboxOptions } from './delivery-options';
import { KafkaClient } from './kafka-client';
import { KafkaOffset } from './kafka-offset';
import { KafkaSink } from './kafka-sink';
import { Outbox } from './outbox';
import { RESULT_STORE } from './result-feed';
import { RESULT_SINK, type ResultSink } from './result-sink';

export const DELIVERY_OPTIONS = Symbol('DeliveryOptions');

const logger = new Logger('Delivery');

/** Gives RESULT_STORE, RESULT_SINK (null without Kafka) and the Outbox itself; opens them at the start, closes them last. */
@Module({
  providers: [
    { provide: DELIVERY_OPTIONS, inject: [CONFIG], useFactory: deliveryOptions },
    { provide: Outbox, inject: [DELIVERY_OPTIONS, SERVICE_PARTS], useFactory: openOutbox },
    { provide: RESULT_STORE, useExisting: Outbox },
    { provide: RESULT_SINK, inject: [DELIVERY_OPTIONS, Outbox], useFactory: startSink },
  ],
  exports: [Outbox, RESULT_STORE, RESULT_SINK],
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

async function openOutbox(options: DeliveryOptions, { files }: ServiceParts): Promise<Outbox> {
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
  return outbox;
}

function startSink(options: DeliveryOptions, outbox: Outbox): ResultSink | null {
  if (options.kafka === undefined) return null;
  const kafka = kafkaOptions(options.kafka);
  const client = new KafkaClient(kafka, (message) => sink.trouble(message));
  const sink = new KafkaSink(outbox, new KafkaOffset(options.outbox.dir, outbox.logId), client, kafka);
  sink.start();
  return sink;
}
