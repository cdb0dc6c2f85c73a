import { avroSubject, dataSchemaUri, eventAvroSchema, EVENTS, EVENT_TYPES, frameAvro } from '@rapport-live/protocol';
import { AvroType } from './avro';
import { binaryHeaders, isTombstone, type KafkaMessage, toKafkaMessage } from './kafka-message';
import type { SchemaRegistry } from './schema-registry';
import type { DurableRecord } from './session-result';

const CONTENT_TYPE = 'application/avro';
const DURABLE_TYPES = EVENT_TYPES.filter((type) => EVENTS[type].durable);

/** An event that no schema of this version takes, as one that another version left in the outbox may be. */
export interface Misfit {
  readonly id: string;
  readonly type: string;
  /** The field; absent: there is no such type. */
  readonly at?: string;
}

/** The data of events as Avro, in the Confluent wire format; the envelope in headers as in binary mode. */
export class AvroEncoding {
  private readonly known = new Map<string, { readonly schemaId: number; readonly type: AvroType }>();
  private registering: Promise<void> | undefined;

  constructor(
    private readonly registry: Pick<SchemaRegistry, 'register'>,
    private readonly onMisfit: (misfit: Misfit) => void = () => undefined,
  ) {}

  /** The first ones wait for the registry, which all schemas go to before any event does. */
  encode(record: DurableRecord): KafkaMessage | Promise<KafkaMessage> {
    if (isTombstone(record.event)) return toKafkaMessage(record);
    if (this.known.size === DURABLE_TYPES.length) return this.encodeNow(record);
    this.registering ??= this.register().finally(() => (this.registering = undefined));
    return this.registering.then(() => this.encodeNow(record));
  }

  /** After a failure the next call goes on where this one ended. */
  private async register(): Promise<void> {
    for (const eventType of DURABLE_TYPES.filter((type) => !this.known.has(type))) {
      const schema = eventAvroSchema(eventType);
      const schemaId = await this.registry.register(avroSubject(eventType), schema);
      this.known.set(eventType, { schemaId, type: new AvroType(schema) });
    }
  }

  private encodeNow(record: DurableRecord): KafkaMessage {
    const { id, type, data, partitionkey } = record.event;
    const known = this.known.get(type);
    const at = known?.type.misfit(data);
    if (known === undefined || at !== undefined) {
      // Neither lost nor in the way of the others: as JSON, which its content type says.
      this.onMisfit({ id, type, ...(at === undefined ? {} : { at }) });
      return toKafkaMessage(record);
    }
    const headers = binaryHeaders(record, CONTENT_TYPE);
    // What an older version left in the outbox is written with the present schema.
    return {
      key: partitionkey,
      value: Buffer.from(frameAvro(known.schemaId, known.type.encode(data)).buffer),
      headers: { ...headers, ce_dataschema: dataSchemaUri(type) },
    };
  }
}
