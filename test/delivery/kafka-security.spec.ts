import { TOPICS } from '@rapport-live/protocol';
import type { KafkaOptions } from '../../src/delivery/kafka-options';
import { makeAuthority, makeCertificate } from '../support/certificate';
import { eventually } from '../support/eventually';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { RawClient } from '../support/raw-client';
import { startService } from '../support/service';
import { consumeAll } from './support/consume';
import { folder, openOutbox, removeFolders, result, session } from './support/results';
import { delivered, keptLog, sinkFor, stopSinks, until } from './support/sink';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;

withKafka(available.ok ? 'a Kafka with security' : `a Kafka with security (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka(1, { secured: true });
  }, 240_000);
  afterEach(stopSinks);
  afterAll(async () => {
    await kafka?.stop();
    removeFolders();
  });

  const sasl = (mechanism: NonNullable<KafkaOptions['sasl']>['mechanism'], password = kafka.security.password) => {
    const { ca, username } = kafka.security;
    return { tls: { ca }, sasl: { mechanism, username, password } };
  };
  /** A new session's two records through a sink of these options; gives the seqs that arrived. */
  let sessions = 0;
  const deliver = async (brokers: readonly string[], options: Partial<KafkaOptions>): Promise<string[]> => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const sink = sinkFor(outbox, dir, brokers, options);
    const own = session((sessions += 1));
    sink.start();
    for (const n of [0, 1]) await outbox.append(own, result(n));
    await delivered(sink, 12_000);
    await sink.stop();
    await outbox.shutdown();
    const consumed = await consumeAll(kafka.brokers, TOPICS);
    return consumed.filter((r) => r.headers.ce_subject === own.sessionId).map((r) => r.headers.rapport_seq!);
  };
  /** A sink that does not get through: its status. The log has one line, however often it is tried. */
  const refusal = async (brokers: readonly string[], options: Partial<KafkaOptions>) => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    await outbox.append(session(1), result(0));
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, brokers, { minBackoffMs: 5, maxBackoffMs: 20, ...options }, { log });
    sink.start();
    await until(sink, ({ trouble }) => trouble !== undefined);
    // Some dozen attempts more.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const status = sink.status();
    await sink.stop();
    await outbox.shutdown();
    expect(lines).toHaveLength(1);
    expect(status).toMatchObject({ connected: false, lagRecords: 1 });
    return status;
  };

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'takes %s over TLS',
    async (mechanism) => {
      expect(await deliver(kafka.security.saslBrokers, sasl(mechanism))).toEqual(['1', '2']);
    },
    30_000,
  );

  test('takes a client certificate', async () => {
    const { ca, client, mtlsBrokers } = kafka.security;
    expect(await deliver(mtlsBrokers, { tls: { ca, ...client } })).toEqual(['1', '2']);
  }, 30_000);

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'a wrong password of %s gives one clear sentence, once',
    async (mechanism) => {
      const wrong = 'wrong-but-secret';
      const status = await refusal(kafka.security.saslBrokers, sasl(mechanism, wrong));
      expect(status.trouble).toBe('auth');
      expect(status.lastError).toMatch(/check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM/);
      expect(status.lastError).not.toContain(wrong);
    },
    30_000,
  );

  test('a stranger among brokers, and a client without or with a strange certificate, are told as TLS', async () => {
    const { ca, mtlsBrokers, saslBrokers } = kafka.security;
    const other = makeAuthority('Somebody else');
    const { tls: _, ...user } = sasl('plain');
    const stranger = await refusal(saslBrokers, { ...user, tls: { ca: other.cert } });
    expect(stranger).toMatchObject({ trouble: 'tls', lastError: expect.stringContaining('KAFKA_TLS_CA') });
    expect((await refusal(mtlsBrokers, { tls: { ca } })).trouble).toBe('tls');
    const strange = makeCertificate({ issuer: other });
    expect((await refusal(mtlsBrokers, { tls: { ca, ...strange } })).trouble).toBe('tls');
  }, 30_000);

  test('readiness says what is wrong, and stays ready until the bound that was set', async () => {
    const settings = { ...sasl('scram-sha-256', 'wrong-but-secret'), minBackoffMs: 20, maxAgeMs: 20 };
    const service = await startService({ kafkaBrokers: kafka.security.saslBrokers, kafka: settings });
    try {
      let body: { status: string; details: { kafka: Record<string, unknown> } };
      do {
        const answer = await fetch(`${service.http}/readyz`);
        body = (await answer.json()) as typeof body;
        expect(answer.status).toBe(200);
      } while (body.details.kafka.trouble === undefined);
      expect(body.details.kafka).toMatchObject({
        ...{ status: 'up', configured: true, connected: false, trouble: 'auth' },
        lastError: expect.stringMatching(/check KAFKA_USERNAME/),
      });
      expect(JSON.stringify(body)).not.toContain('wrong-but-secret');

      // Its first result waits for Kafka, and is soon older than 20 ms.
      const client = await RawClient.open(service.url, service.key);
      await client.start();
      await eventually(async () => (await fetch(`${service.http}/readyz`)).status === 503);
      const late = (await (await fetch(`${service.http}/readyz`)).json()) as { error: object };
      expect(late.error).toMatchObject({ kafka: { status: 'down', isLate: true, lagRecords: 1 } });
      client.abort();
    } finally {
      await service.close();
    }
  }, 30_000);
});
