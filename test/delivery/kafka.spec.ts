import { TOPICS } from '@rapport-live/protocol';
import { Kafka, logLevel } from 'kafkajs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KafkaOptions, kafkaOptions } from '../../src/delivery/delivery-options';
import { KafkaClient } from '../../src/delivery/kafka-client';
import { KafkaOffset } from '../../src/delivery/kafka-offset';
import { KafkaSink } from '../../src/delivery/kafka-sink';
import { javaPartition } from '../../src/delivery/murmur2';
import type { Outbox } from '../../src/delivery/outbox';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { type Consumed, consumeAll } from './support/consume';
import { degraded, ended, folder, openOutbox, readAll, removeFolders, result, session } from './support/results';

const available = kafkaAvailable();
/** RAPPORT_TEST_KAFKA_NODES=3 runs the kill test against three nodes and kills the leader each time. */
const isCluster = process.env.RAPPORT_TEST_KAFKA_NODES === '3';
const withKafka = available.ok ? describe : describe.skip;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function sinkFor(
  outbox: Outbox,
  dir: string,
  brokers: readonly string[],
  given: Partial<KafkaOptions> = {},
): KafkaSink {
  const options = kafkaOptions({ minBackoffMs: 50, maxBackoffMs: 500, ...given, brokers });
  const client = new KafkaClient(options, (message) => sink.trouble(message));
  const sink: KafkaSink = new KafkaSink(outbox, new KafkaOffset(dir, outbox.logId), client, options);
  return sink;
}

async function delivered(sink: KafkaSink, withinMs = 45_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (sink.status().lagRecords > 0) {
    if (Date.now() > deadline) throw new Error(`not delivered: ${JSON.stringify(sink.status())}`);
    await sleep(20);
  }
}

/** What must hold of everything the sink sent: each record once, where Java would put it, each session in its order. */
function expectFaithful(consumed: readonly Consumed[], log: Awaited<ReturnType<typeof readAll>>): void {
  const byId = new Map(consumed.map((record) => [record.headers.ce_id, record]));
  expect(log.filter((record) => !byId.has(record.event.id))).toEqual([]);
  expect(consumed).toHaveLength(log.length);
  for (const { event, topic, key, seq } of log) {
    const record = byId.get(event.id)!;
    const place = { topic: record.topic, key: record.key, partition: record.partition };
    expect(place).toEqual({ topic, key, partition: javaPartition(key, 6) });
    expect(JSON.parse(record.value)).toEqual(event.data);
    expect(record.headers).toMatchObject({ ce_type: event.type, ce_time: event.time, rapport_seq: String(seq) });
  }
  const lastSeq = new Map<string, number>();
  for (const { topic, key, headers } of consumed) {
    expect(Number(headers.rapport_seq)).toBeGreaterThan(lastSeq.get(`${topic} ${key}`) ?? 0);
    lastSeq.set(`${topic} ${key}`, Number(headers.rapport_seq));
  }
}

withKafka(available.ok ? 'with a real Kafka' : `with a real Kafka (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  // A cluster a test: the topics are the real ones, and must be empty.
  beforeEach(async () => {
    kafka = await startKafka(isCluster ? 3 : 1);
  }, 240_000);
  afterEach(() => kafka.stop());
  afterAll(removeFolders);

  test('each record once, at the partition of the Java partitioner, sessions in order, topics as they should be', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const sink = sinkFor(outbox, dir, kafka.brokers);
    for (let n = 0; n < 20; n += 1) await outbox.append(session(n % 7), result(n));
    sink.start();
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => outbox.append(session(n % 7), n % 2 ? result(100 + n) : degraded(n))),
    );
    await outbox.append(session(0), ended());
    await delivered(sink);
    expect(sink.status()).toMatchObject({ connected: true, lagRecords: 0, oldestUnackedMs: 0 });
    await sink.stop();
    expect(JSON.parse(readFileSync(join(dir, 'kafka-offset.json'), 'utf8'))).toEqual({ format: 1, ackedOffset: 521 });
    expectFaithful(await consumeAll(kafka.brokers, TOPICS), await readAll(outbox));

    // A second start sends nothing again; a lost offset file sends all again, with the same ids.
    const second = sinkFor(outbox, dir, kafka.brokers);
    second.start();
    await outbox.append(session(3), result(9_999));
    await delivered(second);
    await second.stop();
    expect(await consumeAll(kafka.brokers, TOPICS)).toHaveLength(522);
    writeFileSync(join(dir, 'kafka-offset.json'), '');
    const third = sinkFor(outbox, dir, kafka.brokers);
    third.start();
    await delivered(third);
    await third.stop();
    const doubled = await consumeAll(kafka.brokers, TOPICS);
    expect(doubled).toHaveLength(2 * 522);
    expect(new Set(doubled.map((record) => record.headers.ce_id)).size).toBe(522);
    await outbox.shutdown();

    const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [...TOPICS] });
    expect(topics.map((topic) => topic.partitions.length)).toEqual(TOPICS.map(() => 6));
    const configNames = ['cleanup.policy'];
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: ['rapport.sessions', 'rapport.results'].map((name) => ({ type: 2, name, configNames })),
    });
    expect(resources.map((r) => r.configEntries[0]!.configValue)).toEqual(['compact', 'delete']);
    await admin.disconnect();
  }, 120_000);

  test('the broker killed with -9 in the middle: nothing lost, nothing doubled, order kept', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const sink = sinkFor(outbox, dir, kafka.brokers);
    sink.start();
    let isOver = false;
    let appended = 0;
    const writers = Array.from({ length: 12 }, async (_, s) => {
      for (let n = 0; !isOver; n += 1) {
        await outbox.append(session(s), n % 3 ? result(n) : degraded(n));
        appended += 1;
        await sleep(5); // about 2,000 a second in all, so that the check is quick
      }
    });
    const leaderOf = async (): Promise<number> => {
      if (!isCluster) return 1;
      const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: ['rapport.results'] });
      await admin.disconnect();
      return topics[0]!.partitions[0]!.leader;
    };
    for (let kills = 0; kills < (isCluster ? 4 : 2); kills += 1) {
      await sleep(isCluster ? 3_000 : 1_500);
      const victim = await leaderOf();
      await kafka.kill(victim);
      await sleep(1_500);
      await kafka.start(victim);
    }
    await sleep(1_000);
    isOver = true;
    await Promise.all(writers);
    await delivered(sink);
    await sink.stop();
    const log = await readAll(outbox);
    expect(log).toHaveLength(appended);
    const consumed = await consumeAll(kafka.brokers, TOPICS);
    const doubles = consumed.length - new Set(consumed.map((record) => record.headers.ce_id)).size;
    process.stdout.write(`kill -9: ${appended} records, ${consumed.length} in Kafka, ${doubles} doubled\n`);
    expectFaithful(consumed, log);
    await outbox.shutdown();
  }, 180_000);

  test('without a broker the outbox keeps everything, the status says so, stop does not wait; later all is delivered', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    await Promise.all((isCluster ? [1, 2, 3] : [1]).map((id) => kafka.kill(id)));
    const sink = sinkFor(outbox, dir, kafka.brokers);
    sink.start();
    for (let n = 0; n < 50; n += 1) await outbox.append(session(n % 5), result(n));
    while (sink.status().lastError === undefined) await sleep(20);
    expect(sink.status()).toMatchObject({
      connected: false,
      lagRecords: 50,
      lastError: expect.stringMatching(/connect/i),
    });
    expect(sink.status().oldestUnackedMs).toBeGreaterThan(0);
    const began = Date.now();
    await sink.stop();
    expect(Date.now() - began).toBeLessThan(2_500);
    await Promise.all((isCluster ? [1, 2, 3] : [1]).map((id) => kafka.start(id)));
    const next = sinkFor(outbox, dir, kafka.brokers);
    next.start();
    await delivered(next);
    await next.stop();
    expectFaithful(await consumeAll(kafka.brokers, TOPICS), await readAll(outbox));
    await outbox.shutdown();
  }, 120_000);
});
