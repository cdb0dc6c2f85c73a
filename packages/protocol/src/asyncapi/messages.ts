import { BUILT_CLIENT_MESSAGES, ClientMessage } from '../client-messages';
import { CloudEvent, dataSchemaUri, EVENTS, EVENT_TYPES, type EventType } from '../event-table';
import { KAFKA_HEADERS } from '../kafka-headers';
import { eventJsonSchema, type JsonSchema, takenJsonSchema } from '../schemas/json-schema';
import { BUILT_SERVER_MESSAGES, ServerMessage } from '../server-messages';
import { FRAME_HEADER_BYTES } from '../frame';
import { type SchemaParts } from './parts';

export interface AsyncApiMessage {
  readonly name: string;
  readonly title?: string;
  readonly summary?: string;
  readonly contentType: string;
  readonly headers?: JsonSchema;
  readonly payload: JsonSchema;
  readonly bindings?: object;
}

const JSON_TYPE = 'application/json';
/** Seq of a durable event as a header: decimal, from 1. */
const SEQ = '^[1-9][0-9]*$';
const TRACEPARENT = '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$';
const KEY: JsonSchema = { type: 'string', pattern: '^.+/[0-9a-f-]{36}$', description: 'TENANT/SESSION_ID' };

/** Text messages of the client, and the media frame. */
export function clientMessages(): AsyncApiMessage[] {
  const built: readonly string[] = BUILT_CLIENT_MESSAGES;
  const texts = ClientMessage.options.flatMap((option): AsyncApiMessage[] => {
    const name = option.shape.type.value;
    return built.includes(name) ? [{ name, contentType: JSON_TYPE, payload: body(option) }] : [];
  });
  const media: AsyncApiMessage = {
    name: 'media',
    summary: `A binary frame: a header of ${FRAME_HEADER_BYTES} bytes (docs/protocol.md, The media frame), then media in the codec of its stream.`,
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  };
  return [...texts, media];
}

/** Text messages of the server; the event in a `result` or `ephemeral` is one of those that go there. */
export function serverMessages(parts: SchemaParts): AsyncApiMessage[] {
  const built: readonly string[] = BUILT_SERVER_MESSAGES;
  return ServerMessage.options.flatMap((option): AsyncApiMessage[] => {
    const name = option.shape.type.value;
    if (!built.includes(name)) return [];
    return [{ name, contentType: JSON_TYPE, payload: withEvents(parts, name, body(option)) }];
  });
}

/** Records of Kafka in binary mode, by their type. */
export function kafkaMessages(parts: SchemaParts): AsyncApiMessage[] {
  return EVENT_TYPES.filter((type) => EVENTS[type].durable).map((type) => ({
    name: type,
    title: `${type}, version ${EVENTS[type].version}`,
    contentType: JSON_TYPE,
    headers: headers(type),
    // the word that a session was erased is a tombstone
    payload: type === 'rapport.session.erased' ? { type: 'null' } : dataOf(parts, type),
    bindings: { kafka: { key: KEY, bindingVersion: '0.5.0' } },
  }));
}

function withEvents(parts: SchemaParts, name: string, payload: JsonSchema): JsonSchema {
  if (name !== 'result' && name !== 'ephemeral') return payload;
  const types = EVENT_TYPES.filter((type) => EVENTS[type].durable === (name === 'result'));
  return { ...payload, properties: { ...payload.properties, event: { anyOf: types.map((t) => envelope(parts, t)) } } };
}

/** The envelope of one type of event, with its data. */
function envelope(parts: SchemaParts, type: EventType): JsonSchema {
  const schema = body(CloudEvent);
  const properties = {
    ...schema.properties,
    type: { type: 'string', const: type },
    dataschema: { type: 'string', const: dataSchemaUri(type) },
    data: dataOf(parts, type),
  };
  return parts.named(`event.${type}`, { ...schema, properties });
}

/** A reader takes fields that it does not know, as the zod schemas of messages and envelope do. */
function body(schema: Parameters<typeof takenJsonSchema>[0]): JsonSchema {
  const { $schema: _, ...rest } = takenJsonSchema(schema);
  return rest;
}

function dataOf(parts: SchemaParts, type: EventType): JsonSchema {
  return parts.named(`data.${type}`, parts.moved(eventJsonSchema(type)));
}

function headers(type: EventType): JsonSchema {
  const exact: Readonly<Record<string, JsonSchema>> = {
    'content-type': { type: 'string', const: JSON_TYPE },
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    ce_type: { type: 'string', const: type },
    ce_subject: { type: 'string', format: 'uuid' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_dataschema: { type: 'string', const: dataSchemaUri(type) },
    ce_partitionkey: KEY,
    ce_traceparent: { type: 'string', pattern: TRACEPARENT },
    traceparent: { type: 'string', pattern: TRACEPARENT },
    ce_datakey: { type: 'string', format: 'uuid' },
    rapport_seq: { type: 'string', pattern: SEQ },
  };
  return {
    type: 'object',
    properties: Object.fromEntries(
      KAFKA_HEADERS.map(({ name, meaning }) => [
        name,
        { ...(exact[name] ?? { type: 'string' }), description: meaning.replaceAll('`', '') },
      ]),
    ),
    required: KAFKA_HEADERS.filter(({ required }) => required).map(({ name }) => name),
  };
}
