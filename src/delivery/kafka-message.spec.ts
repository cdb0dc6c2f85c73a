import { CE_ATTRIBUTES, CloudEvent, KAFKA_HEADERS } from '@rapport-live/protocol';
import { toCloudEvent } from './cloud-event';
import { messageBytes, toKafkaMessage, toStructuredMessage } from './kafka-message';

test('CloudEvents in binary mode', () => {
  const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-bcce-b302099a8057' };
  const data = { kind: 'gap' as const, mediaMs: 5, detail: { note: 'ä' } };
  const event = toCloudEvent(session, { type: 'rapport.session.updated', naturalKey: ['gap', 5], data }, new Date(0));
  const message = toKafkaMessage({ seq: 3, topic: 'rapport.results', event });
  expect(message.key).toBe(`acme/${session.sessionId}`);
  expect(JSON.parse(message.value!.toString())).toEqual(data);
  expect(message.headers).toEqual({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: 'urn:rapport:service',
    ce_type: 'rapport.session.updated',
    ce_subject: session.sessionId,
    ce_time: '1970-01-01T00:00:00.000Z',
    ce_dataschema: 'urn:rapport:schema:rapport.session.updated:1',
    ce_tenant: 'acme',
    ce_partitionkey: message.key,
    rapport_seq: '3',
  });
  expect(messageBytes(message)).toBeGreaterThan(message.value!.length + 300);
});

test('a trace travels as the extension attribute and as the header of tracing libraries', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-bcce-b302099a8057', traceparent };
  const data = { kind: 'gap' as const, mediaMs: 5, detail: {} };
  const result = { type: 'rapport.session.updated' as const, naturalKey: ['gap', 5], data };
  const event = toCloudEvent(session, result, new Date(0));
  expect(toKafkaMessage({ seq: 1, topic: 't', event }).headers).toMatchObject({
    ce_traceparent: traceparent,
    traceparent,
  });
  expect(event.id).toBe(toCloudEvent({ ...session, traceparent: undefined }, result, new Date(0)).id);
});

test('the headers are those of the table that the documents are made of', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-bcce-b302099a8057', traceparent, dataKey: 'k' };
  const data = { kind: 'gap' as const, mediaMs: 5, detail: {} };
  const event = toCloudEvent(session, { type: 'rapport.session.updated', naturalKey: ['gap', 5], data }, new Date(0));
  const named = (only: (header: (typeof KAFKA_HEADERS)[number]) => boolean) =>
    KAFKA_HEADERS.filter(only).map((h) => h.name);
  const record = { seq: 1, topic: 't', event };
  expect(Object.keys(toKafkaMessage(record).headers)).toEqual(named(() => true));
  expect(Object.keys(toStructuredMessage(record).headers)).toEqual(named(({ structured }) => structured));
  const plain = { ...record, event: { ...event, traceparent: undefined, datakey: undefined } };
  expect(Object.keys(toKafkaMessage(plain).headers)).toEqual(named(({ required }) => required));
  for (const name of CE_ATTRIBUTES) expect(toKafkaMessage(record).headers[`ce_${name}`]).toBe(event[name]);
});

test('CloudEvents in structured mode: the value is the whole envelope', () => {
  const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-bcce-b302099a8057' };
  const data = { kind: 'gap' as const, mediaMs: 5, detail: { note: 'ä' } };
  const event = toCloudEvent(session, { type: 'rapport.session.updated', naturalKey: ['gap', 5], data }, new Date(0));
  const message = toStructuredMessage({ seq: 3, topic: 'rapport.results', event });
  expect(message.key).toBe(`acme/${session.sessionId}`);
  expect(message.headers).toEqual({
    'content-type': 'application/cloudevents+json; charset=UTF-8',
    rapport_seq: '3',
  });
  expect(CloudEvent.parse(JSON.parse(message.value!.toString()))).toEqual(event);
});

test('a value is null, which deletes the key of a compacted topic, for an erased session alone', () => {
  const event = { data: undefined } as unknown as ReturnType<typeof toCloudEvent>;
  expect(toKafkaMessage({ seq: 1, topic: 't', event }).value!.toString()).toBe('null');
  expect(toStructuredMessage({ seq: 1, topic: 't', event }).value!.toString()).toBe('{"data":null}');
  const erased = { type: 'rapport.session.erased', data: {} } as unknown as ReturnType<typeof toCloudEvent>;
  for (const encode of [toKafkaMessage, toStructuredMessage]) {
    const { value, headers } = encode({ seq: 1, topic: 't', event: erased });
    // in the headers, since there is no value that it could stand in
    expect([value, headers.ce_type]).toEqual([null, 'rapport.session.erased']);
  }
});
