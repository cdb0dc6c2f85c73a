import { AvroEncoding, type Misfit } from './avro-encoding';
import { type KafkaMessage, toKafkaMessage, toStructuredMessage } from './kafka-message';
import { SchemaRegistry, type SchemaRegistryOptions } from './schema-registry';
import type { DurableRecord } from './session-result';

/**
 * How a durable event becomes a record of Kafka: docs/events.md is the contract. Rejects with `SchemaRegistryError`
 * while the registry is away or refuses: to be tried again until it does not, with the event still in the outbox.
 */
export type EncodeEvent = (record: DurableRecord) => KafkaMessage | Promise<KafkaMessage>;

export interface EncodingOptions {
  /** CloudEvents' content mode: attributes in headers and the data alone as value, or all in the value. */
  readonly mode: 'binary' | 'structured';
  /** How the data is written. */
  readonly data: 'json' | 'avro';
  /** Of Avro. */
  readonly registry?: SchemaRegistryOptions;
}

/** @param onMisfit told of an event that no Avro schema takes and that goes as JSON */
export function eventEncoding(
  { mode, data, registry }: EncodingOptions,
  onMisfit: (misfit: Misfit) => void = () => undefined,
): EncodeEvent {
  if (data === 'json') return mode === 'structured' ? toStructuredMessage : toKafkaMessage;
  if (registry === undefined) throw new TypeError('Avro needs a schema registry');
  const avro = new AvroEncoding(new SchemaRegistry(registry), onMisfit);
  return (record) => avro.encode(record);
}
