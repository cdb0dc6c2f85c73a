import { Type } from 'avsc';
import fc from 'fast-check';
import {
  avroSubject,
  eventAvroSchema,
  eventJsonSchema,
  EVENTS,
  EVENT_TYPES,
  unframeAvro,
} from '@rapport-live/protocol';
import { valuesOf } from '../../packages/protocol/test/arbitrary-of';
import { AvroEncoding, type Misfit } from '../../src/delivery/avro-encoding';
import { toCloudEvent } from '../../src/delivery/cloud-event';
import { eventEncoding } from '../../src/delivery/event-encoding';
import { type KafkaMessage, toKafkaMessage } from '../../src/delivery/kafka-message';
import { SchemaRegistry, SchemaRegistryError } from '../../src/delivery/schema-registry';
import type { SessionResult } from '../../src/delivery/session-result';
import { eventually } from '../support/eventually';
import { RawSession } from '../support/raw-session';
import { StandInRegistry } from '../support/schema-registry';
import { startService } from '../support/service';
import { degraded, session } from './support/results';

const DURABLE = EVENT_TYPES.filter((type) => EVENTS[type].durable);
const record = (result: SessionResult) => {
  const traced = { ...session(1), traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
  return { seq: 3, topic: 'rapport.results', event: toCloudEvent(traced, result, new Date(0)) };
};

let registry: StandInRegistry;
beforeEach(async () => (registry = await new StandInRegistry().start()));
afterEach(() => registry.stop());

/** As a reader does that knows nothing of us but the registry's address. */
async function read(value: Buffer): Promise<unknown> {
  const { schemaId, body } = unframeAvro(value)!;
  const response = await fetch(`${registry.url}/schemas/ids/${schemaId}`);
  const { schema } = (await response.json()) as { schema: string };
  return withoutNulls(Type.forSchema(JSON.parse(schema) as never).fromBuffer(body));
}

/** An absent field is null in Avro. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(fields.map(([name, inner]) => [name, withoutNulls(inner)]));
}

test('a reader gets the data by the id in the value; key and headers are those of JSON but for the content type', async () => {
  const encode = eventEncoding({ mode: 'binary', data: 'avro', registry: { url: registry.url } });
  const one = record(degraded(4000));
  const message = await encode(one);
  expect(await read(message.value!)).toEqual(one.event.data);
  const plain = toKafkaMessage(one);
  expect(message.key).toBe(plain.key);
  expect(message.headers).toEqual({ ...plain.headers, 'content-type': 'application/avro' });
  expect(message.value!.length).toBeLessThan(plain.value!.length);
});

test('every type is registered under its record, once, with backward transitive compatibility', async () => {
  const encoding = new AvroEncoding(new SchemaRegistry({ url: registry.url }));
  await Promise.all([1, 2, 3].map((n) => encoding.encode(record(degraded(n)))));
  expect(encoding.encode(record(degraded(4)))).not.toBeInstanceOf(Promise);
  expect([...registry.subjects.keys()]).toEqual(DURABLE.map(avroSubject));
  expect(new Set(registry.compatibility.values())).toEqual(new Set(['BACKWARD_TRANSITIVE']));
  expect(registry.requests).toHaveLength(3 * DURABLE.length);
  await new AvroEncoding(new SchemaRegistry({ url: registry.url })).encode(record(degraded(5)));
  for (const versions of registry.subjects.values()) expect(versions).toHaveLength(1);
});

test('the word that a session was erased has no value, whatever data is written as', async () => {
  const encoding = new AvroEncoding(new SchemaRegistry({ url: registry.url }));
  const erased = record({ type: 'rapport.session.erased', naturalKey: ['erased'], data: {} });
  expect(await encoding.encode(erased)).toEqual(toKafkaMessage(erased));
  expect(toKafkaMessage(erased).value).toBeNull();
});

test.each(DURABLE.filter((type) => type !== 'rapport.session.erased'))(
  '%s: any data comes back as it was',
  async (type) => {
    const encoding = new AvroEncoding({ register: () => Promise.resolve(7) });
    await encoding.encode(record(degraded(1)));
    const reader = Type.forSchema(eventAvroSchema(type) as never);
    fc.assert(
      fc.property(valuesOf(eventJsonSchema(type)), (data) => {
        // The one whole number that JSON has and avsc does not.
        fc.pre(!JSON.stringify(data).includes(String(Number.MAX_SAFE_INTEGER)));
        const { value } = encoding.encode(record({ type, naturalKey: [1], data } as SessionResult)) as KafkaMessage;
        expect(withoutNulls(reader.fromBuffer(unframeAvro(value!)!.body))).toEqual(data);
      }),
      { numRuns: 15 },
    );
  },
);

test('what no schema takes goes as JSON, and is told by name and place, without a word of it', async () => {
  const misfits: Misfit[] = [];
  const encoding = new AvroEncoding(new SchemaRegistry({ url: registry.url }), (misfit) => misfits.push(misfit));
  const odd = (change: object): ReturnType<typeof record> => {
    const one = record(degraded(1));
    return { ...one, event: { ...one.event, ...change } };
  };
  const wrong = odd({ data: { ...degraded(1).data, reason: 4711 } });
  const more = odd({ data: { ...degraded(1).data, secret: 'x' } });
  const gone = odd({ type: 'rapport.window.of_an_older_version' });
  for (const one of [wrong, more, gone]) expect(await encoding.encode(one)).toEqual(toKafkaMessage(one));
  const { id } = record(degraded(1)).event;
  expect(misfits).toEqual([
    { id, type: 'rapport.window.degraded', at: 'reason' },
    { id, type: 'rapport.window.degraded', at: 'the whole' },
    { id, type: 'rapport.window.of_an_older_version' },
  ]);
});

test('the service takes mode and registry from its settings', async () => {
  const kafkaEvents = { mode: 'binary', data: 'avro', registry: { url: registry.url } } as const;
  const service = await startService({ kafkaBrokers: ['127.0.0.1:1'], kafkaEvents });
  await (await RawSession.start(service, [])).end();
  await eventually(() => registry.subjects.size === DURABLE.length);
  await service.close();
});

describe('while the registry', () => {
  const prepare = async (given: { userInfo?: string } = {}): Promise<unknown> =>
    new AvroEncoding(new SchemaRegistry({ url: registry.url, ...given })).encode(record(degraded(1)));

  test('is away, the address and the cause are told; once it is back the next try goes on', async () => {
    const encoding = new AvroEncoding(new SchemaRegistry({ url: registry.url }));
    await registry.stop();
    await expect(encoding.encode(record(degraded(1)))).rejects.toThrow(
      `The schema registry ${registry.url} does not answer (ECONNREFUSED).`,
    );
    await registry.start();
    expect((await encoding.encode(record(degraded(1)))).value![0]).toBe(0);
  });

  test('refuses a schema that cannot read what was written before, its reason is told', async () => {
    const subject = avroSubject('rapport.window.degraded');
    const { fields, ...rest } = eventAvroSchema('rapport.window.degraded');
    registry.keep(subject, { ...rest, fields: fields.map((f) => (f.name === 'reason' ? { ...f, type: 'long' } : f)) });
    await expect(prepare()).rejects.toThrow(SchemaRegistryError);
    await expect(prepare()).rejects.toThrow(new RegExp(`refuses ${subject}: POST answered 409 .*incompatible`));
  });

  test('asks for a password, it gets the one of the settings and nobody reads it in an error', async () => {
    registry.authorization = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    await prepare({ userInfo: 'me:s3cret' });
    const refused = prepare({ userInfo: 'me:wr0ng' });
    await expect(refused).rejects.toThrow(/PUT answered 401 /);
    await expect(refused).rejects.not.toThrow(/wr0ng/);
  });

  test('answers without end, no more than the bound is read', async () => {
    registry.extraBytes = 5 * 1024 * 1024;
    await expect(prepare()).rejects.toThrow(/broke off its answer \(it sent more than 4194304 bytes\)/);
  });

  test('gives another schema under the id, nothing is sent with it', async () => {
    registry.wrongId = registry.keep('other', { type: 'record', name: 'Other', fields: [] });
    await expect(prepare()).rejects.toThrow(`has another schema under the id ${registry.wrongId}`);
  });
});
