import type { CloudEvent } from '@rapport-live/protocol';
import type { DurableRecord } from './session-result';

export interface KafkaMessage {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** CloudEvents 1.0, JSON event format 3 and Kafka protocol binding 3.3. */
const STRUCTURED = 'application/cloudevents+json; charset=UTF-8';

/**
 * CloudEvents 1.0, Kafka protocol binding 1.0.2, binary content mode (section 3.2): attributes are headers with the
 * prefix `ce_`, `datacontenttype` is the header `content-type`, the value is the data alone. `rapport_seq` is ours.
 * The value is null for the word that a session was erased alone: on a compacted topic it deletes what the key had.
 */
export function toKafkaMessage(record: DurableRecord): KafkaMessage {
  const { event } = record;
  const value = isTombstone(event) ? null : (record.dataJson ?? Buffer.from(JSON.stringify(event.data ?? null)));
  return { key: event.partitionkey, value, headers: binaryHeaders(record, event.datacontenttype) };
}

/** Structured content mode (section 3.3): the value is the whole envelope in the JSON event format. */
export function toStructuredMessage(record: DurableRecord): KafkaMessage {
  const { seq, event } = record;
  if (isTombstone(event)) return toKafkaMessage(record);
  const value = Buffer.from(JSON.stringify({ ...event, data: event.data ?? null }));
  return {
    key: event.partitionkey,
    value,
    headers: { 'content-type': STRUCTURED, ...traceHeader(event.traceparent), rapport_seq: String(seq) },
  };
}

/** A record without a value: its headers tell all. */
export const isTombstone = ({ type }: Pick<CloudEvent, 'type'>): boolean => type === 'rapport.session.erased';

/** All headers of binary mode, for data that is written as `contentType`. */
export function binaryHeaders({ seq, event }: DurableRecord, contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    ce_specversion: event.specversion,
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    ce_dataschema: event.dataschema,
    ce_tenant: event.tenant,
    ce_partitionkey: event.partitionkey,
    // As the extension attribute that it is, and under the name that tracing libraries for Kafka look for.
    ...(event.traceparent === undefined ? {} : { ce_traceparent: event.traceparent }),
    ...traceHeader(event.traceparent),
    ...(event.datakey === undefined ? {} : { ce_datakey: event.datakey }),
    rapport_seq: String(seq),
  };
}

const traceHeader = (traceparent: string | undefined): { traceparent?: string } =>
  traceparent === undefined ? {} : { traceparent };

/** About what it takes on the wire: key, value, headers and the frame of a record. */
export function messageBytes({ key, value, headers }: KafkaMessage): number {
  let bytes = 24 + key.length * 2 + (value?.length ?? 0);
  for (const name in headers) bytes += 4 + name.length + headers[name]!.length * 2;
  return bytes;
}
