import { RapportConsumer, RapportError, type Trouble } from '@rapport-live/consumer';
import { avroSubject, eventAvroSchema, frameAvro } from '@rapport-live/protocol';
import { Type } from 'avsc';
import type { Message, Producer } from 'kafkajs';
import { toCloudEvent } from '../../src/delivery/cloud-event';
import { eventEncoding } from '../../src/delivery/event-encoding';
import { javaPartition } from '../../src/delivery/murmur2';
import { degraded, result, session } from '../delivery/support/results';
import { eventually } from '../support/eventually';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { StandInRegistry } from '../support/schema-registry';
import { connectProducer, expectedId, PARTITIONS } from './support/made-events';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;
const TOPIC = 'rapport.results';
const USER = 'reader:s3cret';

withKafka(available.ok ? 'Avro at the consumer' : `Avro at the consumer (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  let producer: Producer;
  let registry: StandInRegistry;
  let groups = 0;
  beforeAll(async () => {
    registry = await new StandInRegistry().start();
    registry.authorization = `Basic ${Buffer.from(USER).toString('base64')}`;
    kafka = await startKafka();
    producer = await connectProducer(kafka.brokers);
  }, 240_000);
  afterAll(async () => {
    await producer?.disconnect();
    await kafka?.stop();
    await registry.stop();
  });

  const consumer = (troubles: Trouble[] = [], userInfo = USER): RapportConsumer =>
    new RapportConsumer({
      ...{ brokers: kafka.brokers, groupId: `avro-${(groups += 1)}`, maxFetchWaitMs: 50, commitEveryMs: 50 },
      ...{ registry: { url: registry.url, userInfo }, onTrouble: (trouble) => void troubles.push(trouble) },
    });
  /** As the service's sink makes them, all of session `s`. */
  const messages = async (
    s: number,
    count: number,
    data: 'avro' | 'json',
  ): Promise<(Message & { value: Buffer })[]> => {
    const encode = eventEncoding({ mode: 'binary', data, registry: { url: registry.url, userInfo: USER } });
    return Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const event = toCloudEvent(session(s), n % 2 === 0 ? result(n) : degraded(n), new Date(1e12 + n));
        const { key, value, headers } = await encode({ seq: n + 1, topic: TOPIC, event });
        return { key, value: value!, headers, partition: javaPartition(key, PARTITIONS) };
      }),
    );
  };
  /** So many events of session `s`, without what depends on where they lie. */
  const taken = async (from: RapportConsumer, s: number, count: number): Promise<(object & { data?: unknown })[]> => {
    const stop = new AbortController();
    const found: object[] = [];
    for await (const event of from.events({ topics: [TOPIC], checkSchema: true, signal: stop.signal })) {
      if (!event.key.endsWith(session(s).sessionId)) continue;
      const { position: _, timestampMs: __, ...rest } = event;
      found.push(rest);
      if (found.length === count) stop.abort();
    }
    return found;
  };

  it('gives the events that JSON gives; with the registry away it waits, says so once, and none is lost', async () => {
    await producer.send({ topic: TOPIC, messages: await messages(1, 30, 'json') });
    const asJson = await taken(consumer(), 1, 30);
    // the same session once more, as Avro and under another id
    await producer.send({ topic: TOPIC, messages: await messages(2, 30, 'avro') });
    const troubles: Trouble[] = [];
    registry.requests.length = 0;
    await registry.stop();
    const reading = taken(consumer(troubles), 2, 30);
    await eventually(() => troubles.some(({ error }) => error.code === 'registry_unavailable'));
    await registry.start();
    const asAvro = await reading;
    const told = troubles.filter(({ error }) => error.code === 'registry_unavailable');
    expect(told.map(({ error }) => error.message)).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ gives no schema for the id \d+: ECONNREFUSED\.$/),
    ]);
    expect(asAvro.map(({ data }) => data)).toEqual(asJson.map(({ data }) => data));
    const { sessionId } = session(2);
    expect(asAvro[0]).toEqual({
      ...asJson[0],
      ...{ id: expectedId(2, 0), subject: sessionId, key: `acme/${sessionId}`, partitionkey: `acme/${sessionId}` },
    });
    // each schema was asked for once
    expect(registry.requests).toHaveLength(2);
  }, 60_000);

  it('reads what another version has written, and passes over what nobody can read', async () => {
    const { fields, ...rest } = eventAvroSchema('rapport.window.degraded');
    const later = { ...rest, fields: [...fields, { name: 'later', type: ['null', 'string'], default: null }] };
    const laterId = registry.keep(avroSubject('rapport.window.degraded'), later);
    const [, one, , two, , three] = await messages(3, 6, 'avro');
    const of = Type.forSchema(structuredClone(later) as never);
    const data = { ...degraded(1).data, later: 'a word' };
    const ofLater = { ...one!, value: Buffer.from(frameAvro(laterId, of.toBuffer(data))) };
    const strange = { ...two!, value: Buffer.from(frameAvro(4_711, of.toBuffer(data))) };
    await producer.send({ topic: TOPIC, messages: [ofLater, strange, three!] });
    const troubles: Trouble[] = [];
    const stop = new AbortController();
    const found: unknown[] = [];
    for await (const event of consumer(troubles).events({ topics: [TOPIC], signal: stop.signal })) {
      if (!event.key.endsWith(session(3).sessionId) || event.type !== 'rapport.window.degraded') continue;
      found.push(event.data);
      if (found.length === 2) stop.abort();
    }
    expect(found).toEqual([data, degraded(5).data]);
    const malformed = troubles.filter(({ error }) => error.code === 'record_malformed');
    expect(malformed.map(({ error }) => /: (\w+)\.$/.exec(error.message)?.[1])).toEqual(['avro']);
  }, 60_000);

  it('ends while it waits for a registry that refuses, and nobody reads its password in an error', async () => {
    await producer.send({ topic: TOPIC, messages: await messages(4, 2, 'avro') });
    const troubles: Trouble[] = [];
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const reader = consumer(troubles, 'reader:wr0ng');
      for await (const event of reader.events({ topics: [TOPIC], signal: stop.signal })) expect(event).toBeDefined();
    };
    const reading = read();
    await eventually(() => troubles.some(({ error }) => error.code === 'registry_unavailable'));
    stop.abort();
    await reading;
    const { error } = troubles.find(({ error: { code } }) => code === 'registry_unavailable')!;
    expect(error.message).toMatch(/: it answered 401\.$/);
    expect(`${error.message} ${error.advice}`).not.toContain('wr0ng');
  }, 60_000);

  it('takes no URL with a user in it', () => {
    const options = { brokers: ['x:1'], groupId: 'g', registry: { url: 'http://me:s3cret@registry' } };
    expect(() => new RapportConsumer(options)).toThrow(RapportError);
  });
});
