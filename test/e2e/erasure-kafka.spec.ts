import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataKeyFolder, type Delivered, RapportConsumer, TOPICS, type Topic } from '@rapport-live/consumer';
import { readConfig } from '../../src/config/config';
import { RESULT_SINK, type ResultSink } from '../../src/delivery/result-sink';
import { consumeAll } from '../delivery/support/consume';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { filesWith } from '../support/files-with';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { type RunningService, startService } from '../support/service';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;
const ADMIN = 'acme-admin-0123456789abcdef';
const KEYS = [{ tenant: 'acme', key: ADMIN, scopes: ['ingest', 'monitor', 'admin'] as const }];
const MASTER = Buffer.alloc(32, 9);

withKafka(available.ok ? 'erasure in Kafka' : `erasure in Kafka (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  let service: RunningService;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-erasure-'));
    kafka = await startKafka();
    service = await startService({ apiKeys: KEYS, kafkaBrokers: kafka.brokers, shreddingKey: MASTER });
  }, 240_000);
  afterAll(async () => {
    await service?.close();
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const delivered = async (): Promise<void> => {
    const sink = service.app.get<ResultSink>(RESULT_SINK);
    await eventually(() => sink.status().lagRecords === 0);
  };
  const ask = async (method: string, path: string, asked?: object): Promise<{ status: number; body: unknown }> => {
    const headers = { authorization: `Bearer ${ADMIN}` };
    const response = await fetch(`${service.http}/v1/${path}`, { method, headers, body: JSON.stringify(asked) });
    return { status: response.status, body: await response.json() };
  };
  const erase = async (path: string): Promise<void> => {
    const headers = { authorization: `Bearer ${ADMIN}` };
    const response = await fetch(`${service.http}/v1/${path}`, { method: 'DELETE', headers });
    expect([response.status, (await response.json()) as object]).toEqual([200, expect.anything()]);
  };
  /** What a new group is handed of a session, of all topics. */
  const read = async (group: string, sessionId: string, keys?: DataKeyFolder): Promise<Delivered[]> => {
    const all = await consumeAll(kafka.brokers, TOPICS);
    const stop = new AbortController();
    const consumer = new RapportConsumer({ brokers: kafka.brokers, groupId: group, keys, maxFetchWaitMs: 50 });
    const topics = TOPICS as readonly Topic[];
    const taken: Delivered[] = [];
    let records = 0;
    for await (const event of consumer.events({ topics, malformed: 'deliver', signal: stop.signal })) {
      records += 1;
      if (event.key === `acme/${sessionId}`) taken.push(event);
      if (records === all.length) stop.abort();
    }
    return taken;
  };
  const typesOf = (events: readonly Delivered[]): string[] => [...new Set(events.map(({ type }) => type))].sort();

  it('shreds what Kafka keeps, puts a tombstone, and sends nothing that waited', async () => {
    const keys = new DataKeyFolder(join(service.config.dataDir, 'data-keys'), MASTER.toString('base64'));
    const when = { said: { by: 'customer', anyOf: ['grandmother'] } };
    await ask('PUT', 'alert-rules', { rules: [{ id: 'family', name: 'Family', severity: 'info', when }] });
    const first = await ChatSession.start(service.url, ADMIN, 'customer-1');
    await first.say('My grandmother lives in Ghent.');
    await first.end();
    // what supervisors say of it is about the same customer
    let alertId: string | undefined;
    await eventually(async () => {
      const { alerts } = (await ask('GET', 'alerts?state=all')).body as { alerts: { id: string }[] };
      return (alertId = alerts[0]?.id) !== undefined;
    });
    expect((await ask('POST', `alerts/${alertId!}/note`, { note: 'The grandmother called too.' })).status).toBe(200);
    const correction = { utteranceId: 'm-1', intent: 'out_of_scope' };
    await eventually(
      async () => (await ask('POST', `sessions/${first.sessionId}/corrections`, correction)).status === 201,
    );
    const plain = await ChatSession.start(service.url, ADMIN);
    await plain.say('Nobody knows who I am.');
    await plain.end();
    await delivered();

    // encrypted for who has no keys, whole for who has them; without a customer as ever
    const inKafka = JSON.stringify(await consumeAll(kafka.brokers, TOPICS));
    for (const word of ['grandmother', 'customer-1']) expect(inKafka).not.toContain(word);
    expect(inKafka).toContain('Nobody knows who I am');
    const monitored = (await consumeAll(kafka.brokers, ['rapport.audit'])).filter(({ headers }) =>
      headers.ce_type!.startsWith('rapport.monitor.'),
    );
    expect(monitored.map(({ headers }) => [headers.ce_type, headers['content-type']]).sort()).toEqual([
      ['rapport.monitor.alert_handled', 'application/vnd.rapport.encrypted+json'],
      ['rapport.monitor.correction', 'application/vnd.rapport.encrypted+json'],
    ]);
    expect(typesOf(await read('without', first.sessionId))).toEqual(['malformed']);
    const whole = await read('with', first.sessionId, keys);
    expect(whole.map((event) => ('seq' in event ? event.seq : NaN)).sort((a, b) => a - b)).toEqual(whole.map((_, i) => i + 1)); // prettier-ignore
    const final = whole.find((event) => event.type === 'rapport.transcript.final');
    expect(final).toMatchObject({ data: { text: 'My grandmother lives in Ghent.' }, subject: first.sessionId });

    // Kafka is away, the customer comes again, and is erased: the key is gone, and so is what waited
    await kafka.kill(1);
    const second = await ChatSession.start(service.url, ADMIN, 'customer-1');
    for (let n = 0; n < 5; n += 1) await second.say(`My grandmother again, ${n}.`);
    await second.end();
    await erase('customers/customer-1');
    await kafka.start(1);
    await delivered();
    for (const { sessionId } of [first, second]) {
      const left = await read(`after-${sessionId}`, sessionId, keys);
      expect(typesOf(left)).toEqual(['rapport.session.erased', 'shredded']);
      const ofSessions = left.filter(({ position }) => position.topic === 'rapport.sessions');
      expect(ofSessions.at(-1)!.type).toBe('rapport.session.erased');
    }
    const raw = await consumeAll(kafka.brokers, TOPICS);
    const ofSecond = raw.filter(({ key }) => key === `acme/${second.sessionId}`);
    // of six finals at most the batch that was on its way
    expect(ofSecond.filter(({ topic }) => topic === 'rapport.transcripts').length).toBeLessThan(5);
    expect(ofSecond.filter(({ value }) => value === 'null').map(({ topic }) => topic)).toEqual(['rapport.sessions']);
    expect(JSON.stringify(raw)).not.toMatch(/grandmother|customer-1/);
    expect(raw.filter(({ headers }) => headers.ce_type === 'rapport.audit.erased').map(({ value }) => JSON.parse(value))).toMatchObject([{ by: 'customer', sessions: [first.sessionId, second.sessionId], dataKeys: 1 }]); // prettier-ignore
  }, 120_000);

  it('reaches sessions of a customer that retention has taken from the local log', async () => {
    // what Kafka has leaves the log at once
    const storage = { ...readConfig({ PORT: '0' }).storage, retentionMs: 1, sweepMs: 50 };
    const other = await startService({ apiKeys: KEYS, kafkaBrokers: kafka.brokers, storage });
    try {
      const dir = join(other.config.dataDir, 'outbox');
      const gone: string[] = [];
      for (let n = 0; n < 2; n += 1) {
        const chat = await ChatSession.start(other.url, ADMIN, 'customer-2');
        await chat.say('My parcel is late.');
        await chat.end();
        gone.push(chat.sessionId);
      }
      await eventually(() => filesWith(dir, 'parcel', 'customer-2').length === 0);
      const headers = { authorization: `Bearer ${ADMIN}` };
      const answer = await fetch(`${other.http}/v1/customers/customer-2`, { method: 'DELETE', headers });
      const { sessions } = (await answer.json()) as { sessions: string[] };
      expect([...sessions].sort()).toEqual([...gone].sort());
      const sink = other.app.get<ResultSink>(RESULT_SINK);
      await eventually(() => sink.status().lagRecords === 0);
      const inKafka = await consumeAll(kafka.brokers, ['rapport.sessions']);
      for (const sessionId of gone) {
        // the last one counts for compaction
        const last = inKafka.filter(({ key }) => key === `acme/${sessionId}`).at(-1);
        expect(last).toMatchObject({ bytes: null, headers: { ce_type: 'rapport.session.erased' } });
      }
      expect(filesWith(join(dir, 'customers'), ...gone)).toEqual([]);
    } finally {
      await other.close();
    }
  }, 60_000);
});
