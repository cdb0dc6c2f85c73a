import { TOPICS, unframeAvro } from '@rapport-live/protocol';
import { Type } from 'avsc';
import { type EncodingOptions, eventEncoding } from '../../src/delivery/event-encoding';
import type { KafkaSink } from '../../src/delivery/kafka-sink';
import type { Outbox } from '../../src/delivery/outbox';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { StandInRegistry } from '../support/schema-registry';
import { type Consumed, consumeAll } from './support/consume';
import { degraded, folder, openOutbox, readAll, removeFolders, result, session } from './support/results';
import { delivered, keptLog, sinkFor, stopSinks, until } from './support/sink';

const available = kafkaAvailable();

(available.ok ? describe : describe.skip)(
  available.ok ? 'with a real Kafka' : `with a real Kafka (skipped: ${available.reason})`,
  () => {
    let kafka: KafkaCluster;
    let registry: StandInRegistry;
    let outbox: Outbox;
    const { lines, log } = keptLog();

    beforeAll(async () => {
      kafka = await startKafka();
      registry = await new StandInRegistry().start();
    }, 240_000);
    afterEach(async () => {
      await stopSinks();
      await outbox.shutdown();
    });
    afterAll(async () => {
      await registry.stop();
      await kafka.stop();
      removeFolders();
    });

    /** A sink that begins with 40 results of four sessions of this tenant in its outbox. */
    async function begin(tenant: string, encoding: EncodingOptions): Promise<KafkaSink> {
      const dir = folder();
      outbox = await openOutbox(dir, { holdForSink: true });
      for (let n = 0; n < 40; n += 1) await outbox.append(session(n % 4, tenant), n % 2 ? result(n) : degraded(n));
      const sink = sinkFor(outbox, dir, kafka.brokers, {}, { encode: eventEncoding(encoding), log });
      sink.start();
      return sink;
    }

    /** What Kafka has of the tenant, by id; each once, in order within a session. */
    async function taken(tenant: string): Promise<Map<string, Consumed>> {
      const own = (await consumeAll(kafka.brokers, TOPICS)).filter(({ key }) => key.startsWith(`${tenant}/`));
      for (const key of new Set(own.map((record) => record.key))) {
        const seqs = own.filter((record) => record.key === key).map(({ headers }) => Number(headers.rapport_seq));
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      }
      return new Map(own.map((record) => [`${record.key} ${record.headers.rapport_seq}`, record]));
    }

    test('structured: each value is the whole envelope', async () => {
      await delivered(await begin('structured', { mode: 'structured', data: 'json' }));
      const records = await taken('structured');
      expect(records.size).toBe(40);
      for (const { seq, key, event } of await readAll(outbox)) {
        const { value, headers } = records.get(`${key} ${seq}`)!;
        expect(JSON.parse(value)).toEqual(event);
        expect(headers['content-type']).toBe('application/cloudevents+json; charset=UTF-8');
        expect(headers).not.toHaveProperty('ce_id');
      }
    }, 60_000);

    test('Avro: without the registry all waits in the outbox and the reason is told; once it is there all arrives', async () => {
      await registry.stop();
      const sink = await begin('avro', { mode: 'binary', data: 'avro', registry: { url: registry.url } });
      await until(sink, ({ trouble }) => trouble === 'registry');
      expect(sink.status().lastError).toContain(`The schema registry ${registry.url} does not answer (ECONNREFUSED).`);
      expect(sink.status().lagRecords).toBe(40);
      expect(lines.filter(([kind, code]) => kind === 'trouble' && code === 'registry')).toHaveLength(1);
      await registry.start();
      await delivered(sink);
      const records = await taken('avro');
      expect(records.size).toBe(40);
      for (const { seq, key, event } of await readAll(outbox)) {
        const { bytes, headers } = records.get(`${key} ${seq}`)!;
        expect(headers).toMatchObject({ 'content-type': 'application/avro', ce_id: event.id, ce_type: event.type });
        const { schemaId, body } = unframeAvro(bytes!)!;
        const { schema } = (await (await fetch(`${registry.url}/schemas/ids/${schemaId}`)).json()) as {
          schema: string;
        };
        expect(Type.forSchema(JSON.parse(schema) as never).fromBuffer(body)).toMatchObject(event.data as object);
      }
    }, 60_000);
  },
);
