import { CloudEvent } from './event-table';

/** One header of a Kafka record; values are UTF-8. */
export interface KafkaHeader {
  readonly name: string;
  /** In binary mode; the structured one has only those that say so, since the rest stands in the value. */
  readonly required: boolean;
  readonly structured: boolean;
  /** Of one that is not required. */
  readonly when: string;
  readonly meaning: string;
}

const header = (
  name: string,
  meaning: string,
  { required = true, structured = false, when = 'where there is a trace' } = {},
): KafkaHeader => ({
  name,
  required,
  structured,
  when,
  meaning,
});

const OPTIONAL = { required: false };

/** The headers of every record with a value, in the order of the documents (docs/events.md). */
export const KAFKA_HEADERS = [
  header('content-type', '`application/json`; `application/avro`; structured: `application/cloudevents+json`', {
    structured: true,
  }),
  header('ce_specversion', '`1.0`'),
  header('ce_id', '32 hexadecimal digits: the same whenever the event is computed or sent again; drop a repeated one'),
  header('ce_source', '`urn:rapport:service`'),
  header('ce_type', 'of the table of events'),
  header('ce_subject', 'the session, a UUID; an id of its own of an event that is of none'),
  header('ce_time', 'when the event was made: wall clock, RFC 3339'),
  header('ce_dataschema', '`urn:rapport:schema:TYPE:VERSION`, the `$id` of a released schema'),
  header('ce_tenant', 'whose key opened the session'),
  header('ce_partitionkey', 'the same as the key'),
  header('ce_traceparent', "W3C Trace Context: the span that made the event, CloudEvents' tracing extension", OPTIONAL),
  header('traceparent', 'the same, where tracing libraries for Kafka look for it', { ...OPTIONAL, structured: true }),
  header('ce_datakey', 'names the key that the value is encrypted with (docs/erasure.md)', {
    ...OPTIONAL,
    when: 'where data is encrypted',
  }),
  header('rapport_seq', 'counts the durable results of the session from 1, without gaps, over all topics', {
    structured: true,
  }),
] as const satisfies readonly KafkaHeader[];

/** Attributes of the envelope that travel as `ce_NAME`: all but the content type and the data. */
export const CE_ATTRIBUTES = Object.keys(CloudEvent.shape).filter(
  (name) => name !== 'data' && name !== 'datacontenttype',
) as Exclude<keyof CloudEvent, 'data' | 'datacontenttype'>[];
