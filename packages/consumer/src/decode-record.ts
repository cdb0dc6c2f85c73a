import { EVENTS, type EventType, unframeAvro } from '@rapport-live/protocol';
import type { ReadAvro } from './avro';
import { type DataKeySource, decrypt } from './data-keys';
import type { PartitionName } from './options';
import type { Delivered, MalformedReason, Received } from './received';
import { headerText, type RawRecord } from './record-source';
import type { WriterSchemas } from './writer-schemas';

const JSON_TYPE = 'application/json';
const AVRO_TYPE = 'application/avro';
/** What encrypted data says of itself in `content-type`, and what it is once decrypted. */
const ENCRYPTED = new Map([
  ['application/vnd.rapport.encrypted+json', JSON_TYPE],
  ['application/vnd.rapport.encrypted+avro', AVRO_TYPE],
]);
/** `{"specversion":"1.0",...,"data":{}}`: the structured mode of CloudEvents. */
const STRUCTURED = 'application/cloudevents+json';

export interface DecodeOptions {
  readonly keys?: DataKeySource;
  /** Absent: Avro is malformed. */
  readonly schemas?: Pick<WriterSchemas, 'readerOf'>;
  readonly checkSchema: boolean;
  /** Ends a wait for a schema. */
  readonly signal: AbortSignal;
}

/** A record as it is handed out, and the id by which a second one is known. */
export interface Decoded {
  readonly given: Delivered;
  readonly id?: string;
}

/** The attributes of CloudEvents that Rapport's events have, beside data and content type. */
const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'dataschema', 'tenant', 'partitionkey'];
const OPTIONAL = ['traceparent', 'datakey'];
/** Made once: a name that is put together for each record costs more than to read the header. */
const withHeader = (name: string): readonly [string, string] => [name, `ce_${name}`];
const REQUIRED_HEADERS = ATTRIBUTES.map(withHeader);
const OPTIONAL_HEADERS = OPTIONAL.map(withHeader);

/**
 * CloudEvents' Kafka binding 1.0.2, binary or structured, as docs/events.md has it. Never throws for what a record
 * holds: that makes it `malformed`. A promise only where a key or a schema has to be asked for; rejects when that fails.
 */
export function decodeRecord(
  { topic, partition }: PartitionName,
  record: RawRecord,
  options: DecodeOptions,
): Decoded | Promise<Decoded> {
  const { offset, timestampMs, value } = record;
  const key = record.key?.toString('utf8') ?? '';
  const received: Received = { position: { topic, partition, offset }, key, timestampMs };
  const type = headerText(record, 'ce_type');
  if (value === null && type === undefined) return { given: { ...received, type: 'tombstone', ...sessionOf(key) } };
  const contentType = mediaType(headerText(record, 'content-type'));
  if (value !== null && contentType === STRUCTURED) return structured(received, record, value, options);

  const attributes = binaryAttributes(record);
  if (attributes === undefined) return malformed(received, record, 'no_attributes');
  const sealedType = ENCRYPTED.get(contentType ?? '');
  if (sealedType !== undefined) return unsealed(received, record, attributes, sealedType, options);
  if (value === null) return typed(received, record, attributes, {}, options);
  return event(received, record, attributes, { contentType, bytes: value }, options);
}

type Attributes = Readonly<Record<string, string>>;

function binaryAttributes(record: RawRecord): Attributes | undefined {
  const found: Record<string, string> = {};
  for (const [name, header] of REQUIRED_HEADERS) {
    const text = headerText(record, header);
    if (text === undefined) return undefined;
    found[name] = text;
  }
  for (const [name, header] of OPTIONAL_HEADERS) {
    const text = headerText(record, header);
    if (text !== undefined) found[name] = text;
  }
  found.datacontenttype = JSON_TYPE; // as it is handed out
  return found;
}

function structured(received: Received, record: RawRecord, value: Buffer, options: DecodeOptions): Decoded {
  let envelope: Record<string, unknown>;
  try {
    envelope = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
  } catch {
    return malformed(received, record, 'json');
  }
  const { data, ...attributes } = envelope ?? {};
  if (ATTRIBUTES.some((name) => typeof attributes[name] !== 'string')) {
    return malformed(received, record, 'no_attributes');
  }
  return typed(received, record, attributes as Attributes, data ?? {}, options);
}

function unsealed(
  received: Received,
  record: RawRecord,
  attributes: Attributes,
  contentType: string,
  options: DecodeOptions,
): Decoded | Promise<Decoded> {
  const { keys } = options;
  const { datakey } = attributes;
  if (keys === undefined || datakey === undefined || record.value === null) {
    return malformed(received, record, 'encrypted');
  }
  return keys.keyOf(datakey).then((key) => opened(received, record, attributes, { contentType, key }, options));
}

/** @param sealed `key` undefined: destroyed */
function opened(
  received: Received,
  record: RawRecord,
  attributes: Attributes,
  { contentType, key }: { readonly contentType: string; readonly key: Buffer | undefined },
  options: DecodeOptions,
): Decoded | Promise<Decoded> {
  const { id = '', type: eventType = '' } = attributes;
  if (key === undefined) {
    return { given: { ...received, type: 'shredded', id, eventType, ...sessionOf(received.key) }, id };
  }
  let bytes: Buffer;
  try {
    bytes = decrypt(key, record.value!, id);
  } catch {
    return malformed(received, record, 'encrypted');
  }
  return event(received, record, attributes, { contentType, bytes }, options);
}

function event(
  received: Received,
  record: RawRecord,
  attributes: Attributes,
  { contentType, bytes }: { readonly contentType: string | undefined; readonly bytes: Buffer },
  options: DecodeOptions,
): Decoded | Promise<Decoded> {
  if (contentType === AVRO_TYPE) return fromAvro(received, record, attributes, bytes, options);
  if (contentType !== JSON_TYPE) return malformed(received, record, 'content_type');
  let data: unknown;
  try {
    data = JSON.parse(bytes.toString('utf8'));
  } catch {
    return malformed(received, record, 'json');
  }
  return typed(received, record, attributes, data, options);
}

function fromAvro(
  received: Received,
  record: RawRecord,
  attributes: Attributes,
  bytes: Buffer,
  options: DecodeOptions,
): Decoded | Promise<Decoded> {
  const frame = unframeAvro(bytes);
  if (options.schemas === undefined || frame === undefined) return malformed(received, record, 'avro');
  const readWith = (read: ReadAvro | undefined): Decoded => {
    let data: unknown;
    try {
      data = read?.(frame.body);
    } catch {
      // other bytes than the schema says
    }
    if (data === undefined) return malformed(received, record, 'avro');
    return typed(received, record, attributes, data, options);
  };
  const read = options.schemas.readerOf(frame.schemaId, options.signal);
  return read instanceof Promise ? read.then(readWith) : readWith(read);
}

/** Fills the attributes, which are this record's alone, to the event: to spread them into a new one costs 9 us a record. */
function typed(
  received: Received,
  record: RawRecord,
  attributes: Attributes,
  data: unknown,
  { checkSchema }: DecodeOptions,
): Decoded {
  const type = attributes.type as EventType;
  if (!Object.hasOwn(EVENTS, type)) return malformed(received, record, 'unknown_type');
  if (checkSchema && !EVENTS[type].data.safeParse(data).success) return malformed(received, record, 'schema');
  const seq = Number(headerText(record, 'rapport_seq') ?? NaN);
  const given = attributes as { -readonly [E in keyof Received]: Received[E] } & Record<string, unknown>;
  given.position = received.position;
  given.key = received.key;
  given.timestampMs = received.timestampMs;
  given.data = data;
  given.seq = seq;
  return { given: given as unknown as Delivered, id: attributes.id };
}

function malformed(received: Received, record: RawRecord, reason: MalformedReason): Decoded {
  const headers = Object.fromEntries(Object.keys(record.headers).map((name) => [name, headerText(record, name) ?? '']));
  return { given: { ...received, type: 'malformed', reason, value: record.value, headers } };
}

/** A session id is a UUID, so the last slash parts tenant and session. */
function sessionOf(key: string): { readonly tenant: string; readonly sessionId: string } {
  const slash = key.lastIndexOf('/');
  return { tenant: key.slice(0, Math.max(0, slash)), sessionId: key.slice(slash + 1) };
}

/** Without its parameters. */
function mediaType(contentType: string | undefined): string | undefined {
  if (contentType === JSON_TYPE) return JSON_TYPE; // nearly all of them
  return contentType?.split(';')[0]!.trim().toLowerCase();
}
