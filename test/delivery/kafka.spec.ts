import { TOPICS } from '@rapport-live/protocol';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaClient } from '../../src/delivery/kafka-client';
import { loadLz4 } from '../../src/delivery/lz4-codec';
import { javaPartition } from '../../src/delivery/murmur2';
import { javaSourceMissing, runJavaSource } from '../support/kafka/java-source';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { makeTopics, removeTopics, setTopicConfig, topicConfigOf, withAdmin } from '../support/kafka/topics';
import { type Consumed, consumeAll } from './support/consume';
import { degraded, ended, folder, openOutbox, readAll, removeFolders, result, session } from './support/results';
import { delivered, keptLog, sinkFor, stopSinks, until } from './support/sink';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;
const DEAD_LETTERS = 'rapport.dead-letter';

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
  beforeAll(async () => {
    kafka = await startKafka();
  }, 240_000);
  afterEach(async () => {
    await stopSinks();
    await removeTopics(kafka.brokers);
  });
  afterAll(async () => {
    await kafka?.stop();
    removeFolders();
  });

  const configOf = (topic: string, ...names: string[]) => topicConfigOf(kafka.brokers, topic, names);
  const setConfig = (topic: string, values: Record<string, string>) => setTopicConfig(kafka.brokers, topic, values);

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
    expect(sink.status()).toMatchObject({ connected: true, lagRecords: 0, oldestUnackedMs: 0, topicFaults: [] });
    expect(sink.status().trouble).toBeUndefined();
    await sink.stop();
    expect(JSON.parse(readFileSync(join(dir, 'kafka-offset.json'), 'utf8'))).toEqual({
      ...{ format: 2, log: outbox.logId, ackedOffset: 521 },
    });
    expectFaithful(await consumeAll(kafka.brokers, TOPICS), await readAll(outbox));

    // A second start sends nothing again; a lost offset file sends all again, with the same ids.
    const second = sinkFor(outbox, dir, kafka.brokers);
    second.start();
    await outbox.append(session(3), result(9_999));
    await delivered(second);
    expect(second.status().topicFaults).toEqual([]);
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

    const { topics } = await withAdmin(kafka.brokers, (admin) => admin.fetchTopicMetadata({ topics: [...TOPICS] }));
    expect(topics.map((topic) => topic.partitions.length)).toEqual(TOPICS.map(() => 6));
    const day = 24 * 3600_000;
    const kept = { 'cleanup.policy': 'delete', 'retention.ms': String(7 * day) };
    expect(await configOf('rapport.results', 'cleanup.policy', 'retention.ms')).toEqual(kept);
    expect(await configOf(DEAD_LETTERS, 'cleanup.policy', 'retention.ms')).toEqual(kept);
    expect(await configOf('rapport.sessions', 'cleanup.policy')).toEqual({ 'cleanup.policy': 'compact' });
    expect(await configOf('rapport.audit', 'retention.ms')).toEqual({ 'retention.ms': String(365 * day) });
  }, 60_000);

  test('a record too large goes to the dead-letter topic with the reason, those around it arrive in their order', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, kafka.brokers, { maxBatchRecords: 16 }, { log });
    sink.start();
    await outbox.append(session(1), result(0));
    await delivered(sink);
    await setConfig('rapport.results', { 'max.message.bytes': '6000' });
    // Gzip cannot make these smaller; those of 1 kB are too large together, but not alone.
    const noise = (bytes: number): string => randomBytes(bytes).toString('base64url');
    const large = new Set([5, 6, 30]);
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => outbox.append(session(1), result(n + 1, noise(large.has(n) ? 9000 : 900)))),
    );
    await delivered(sink);
    const status = sink.status();
    expect(status.deadLettered).toEqual({ too_large: 3, invalid: 0, unknown_topic: 0 });
    expect(lines).toEqual([['refused', 'rapport.results', 'too_large', expect.stringMatching(/larger than the max/)]]);

    const all = await readAll(outbox);
    const seqs = (records: readonly Consumed[]): number[] => records.map((r) => Number(r.headers.rapport_seq));
    const refused = all.filter((_, n) => large.has(n - 1));
    const arrived = await consumeAll(kafka.brokers, TOPICS);
    expect(seqs(arrived)).toEqual(all.filter((record) => !refused.includes(record)).map((record) => record.seq));
    const dead = await consumeAll(kafka.brokers, [DEAD_LETTERS]);
    expect(seqs(dead)).toEqual(refused.map((record) => record.seq));
    for (const [i, record] of dead.entries()) {
      expect(JSON.parse(record.value)).toEqual(refused[i]!.event.data);
      expect(record.key).toBe(refused[i]!.key);
      expect(record.headers).toMatchObject({
        ce_id: refused[i]!.event.id,
        rapport_dlq_topic: 'rapport.results',
        rapport_dlq_partition: String(javaPartition(record.key, 6)),
        rapport_dlq_reason: 'too_large',
        rapport_dlq_error: expect.stringMatching(/larger than the max/),
      });
    }

    // Too large for the dead-letter topic too: without its value, which the local log has.
    await setConfig(DEAD_LETTERS, { 'max.message.bytes': '6000' });
    await outbox.append(session(1), result(100, noise(9000)));
    await outbox.append(session(1), result(101));
    await delivered(sink);
    await sink.stop();
    const last = (await consumeAll(kafka.brokers, [DEAD_LETTERS])).at(-1)!;
    expect(last).toMatchObject({ value: '', headers: { rapport_seq: '42', rapport_dlq_reason: 'too_large' } });
    expect(Number(last.headers.rapport_dlq_value_bytes)).toBeGreaterThan(9000);
    await outbox.shutdown();
  }, 60_000);

  test('a topic removed while it is used is made again; where it may not be, its records are dead letters and the rest goes on', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const quick = { sendRetries: 2, maxRetryWaitMs: 100, unknownTopicMs: 700 };
    const first = sinkFor(outbox, dir, kafka.brokers, quick);
    first.start();
    await outbox.append(session(1), ended());
    await delivered(first);
    await removeTopics(kafka.brokers, ['rapport.sessions']);
    await outbox.append(session(2), ended());
    await outbox.append(session(2), result(1));
    await delivered(first);
    await first.stop();
    expect(await consumeAll(kafka.brokers, ['rapport.sessions'])).toHaveLength(1);
    expect(first.status().deadLettered.unknown_topic).toBe(0);

    await removeTopics(kafka.brokers, ['rapport.sessions']);
    const second = sinkFor(outbox, dir, kafka.brokers, { ...quick, topics: 'off' });
    second.start();
    await outbox.append(session(3), ended());
    for (let n = 0; n < 5; n += 1) await outbox.append(session(3), result(n));
    await until(second, ({ lagRecords }) => lagRecords === 6);
    await delivered(second);
    expect(second.status().deadLettered.unknown_topic).toBe(1);
    expect(second.status().lastError).toContain('rapport.sessions');
    const [dead] = await consumeAll(kafka.brokers, [DEAD_LETTERS]);
    expect(dead!.headers).toMatchObject({ rapport_dlq_topic: 'rapport.sessions', rapport_dlq_reason: 'unknown_topic' });
    expect(await consumeAll(kafka.brokers, ['rapport.results'])).toHaveLength(6);

    // Once somebody makes it, it is used.
    await makeTopics(kafka.brokers, [{ topic: 'rapport.sessions', numPartitions: 3 }]);
    await outbox.append(session(4), ended());
    await delivered(second);
    await second.stop();
    const [there] = await consumeAll(kafka.brokers, ['rapport.sessions']);
    expect(there).toMatchObject({
      partition: javaPartition(there!.key, 3),
      headers: { ce_subject: session(4).sessionId },
    });
    await outbox.shutdown();
  }, 60_000);

  test('topics are checked: what is missing or differs is named with value and wanted value, and nothing is sent before', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    await outbox.append(session(1), result(0));
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, kafka.brokers, { topics: 'check', replication: 1 }, { log });
    sink.start();
    await until(sink, ({ trouble }) => trouble === 'topic');
    expect(sink.status().lastError).toContain(
      'rapport.results is missing; wanted: 6 partitions, replication factor 1, cleanup.policy delete',
    );
    await makeTopics(
      kafka.brokers,
      [...TOPICS, DEAD_LETTERS].map((topic) => ({
        topic,
        numPartitions: topic === 'rapport.alerts' ? 2 : 6,
        configEntries: [{ name: 'retention.ms', value: topic === 'rapport.audit' ? '31536000000' : '604800000' }],
      })),
    );
    // The sentence that the log and the status have is the first one of the trouble.
    const again = sinkFor(outbox, dir, kafka.brokers, { topics: 'check', replication: 1 });
    again.start();
    await until(again, ({ trouble }) => trouble === 'topic');
    expect(again.status().lastError).toContain(
      'rapport.sessions: cleanup.policy is delete, wanted compact; rapport.alerts: partitions is 2, wanted 6',
    );
    expect([sink.status().lagRecords, again.status().lagRecords]).toEqual([1, 1]);
    expect(await consumeAll(kafka.brokers, TOPICS)).toEqual([]);
    await again.stop();

    await setConfig('rapport.sessions', { 'cleanup.policy': 'compact' });
    await withAdmin(kafka.brokers, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: 'rapport.alerts', count: 6 }] }),
    );
    await delivered(sink);
    expect(sink.status()).toMatchObject({ connected: true, topicFaults: [] });
    await sink.stop();
    expect(lines.filter(([kind]) => kind === 'trouble')).toHaveLength(1);
    await outbox.shutdown();
  }, 60_000);

  test('with `create`, topics that differ are told once and taken as they are', async () => {
    await makeTopics(kafka.brokers, [{ topic: 'rapport.results', numPartitions: 2 }]);
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    await outbox.append(session(1), result(0));
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, kafka.brokers, {}, { log });
    sink.start();
    await delivered(sink);
    const faults = ['rapport.results: partitions is 2, wanted 6'];
    expect(sink.status()).toMatchObject({ connected: true, topicFaults: faults });
    expect(lines).toEqual([['topicFaults', faults]]);
    await sink.stop();
    const [record] = await consumeAll(kafka.brokers, TOPICS);
    expect(record!.partition).toBe(javaPartition(record!.key, 2));
    await outbox.shutdown();
  }, 60_000);

  const noJava = javaSourceMissing();
  (noJava === undefined ? test : test.skip)(
    `batches are compressed as set, and Kafka's own classes read them${noJava === undefined ? '' : ` (skipped: ${noJava})`}`,
    async () => {
      KafkaClient.registerLz4(await loadLz4());
      const dir = folder();
      const outbox = await openOutbox(dir, { holdForSink: true });
      const codecs = ['gzip', 'lz4', 'none'] as const;
      for (const [at, compression] of codecs.entries()) {
        for (let n = 0; n < 50; n += 1) await outbox.append(session(1), result(at * 50 + n, 'again and '.repeat(20)));
        const sink = sinkFor(outbox, dir, kafka.brokers, { compression });
        sink.start();
        await delivered(sink);
        await sink.stop();
      }
      const log = await readAll(outbox);
      await outbox.shutdown();
      expectFaithful(await consumeAll(kafka.brokers, TOPICS), log);
      const partition = `rapport.results-${javaPartition(log[0]!.key, 6)}`;
      const file = join(kafka.dataDirs[0]!, partition, '00000000000000000000.log');
      const batches = runJavaSource('LogBatches.java', [file]).map((line) => line.split(' '));
      for (const [at, compression] of codecs.entries()) {
        const own = batches.filter(([codec]) => codec === compression);
        const sum = (column: number): number => own.reduce((total, row) => total + Number(row[column]), 0);
        const records = log.slice(at * 50, at * 50 + 50);
        const bytes = records.reduce((total, { event }) => total + Buffer.byteLength(JSON.stringify(event.data)), 0);
        expect([sum(1), sum(2)]).toEqual([50, bytes]);
      }
    },
    60_000,
  );

  test('without a broker the outbox keeps everything, the status says so, stop does not wait; later all is delivered', async () => {
    const dir = folder();
    const outbox = await openOutbox(dir, { holdForSink: true });
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, ['127.0.0.1:9'], { maxAgeMs: 1 }, { log });
    sink.start();
    for (let n = 0; n < 50; n += 1) await outbox.append(session(n % 5), result(n));
    await until(sink, ({ trouble, isLate }) => trouble !== undefined && isLate);
    expect(sink.status()).toMatchObject({
      connected: false,
      lagRecords: 50,
      trouble: 'unreachable',
      lastError: expect.stringMatching(/KAFKA_BROKERS.*ECONNREFUSED/),
    });
    expect(sink.status().oldestUnackedMs).toBeGreaterThan(0);
    const began = Date.now();
    await sink.stop();
    expect(Date.now() - began).toBeLessThan(10_000); // its bound is a second; a machine that is busy
    expect(lines).toHaveLength(1);
    const next = sinkFor(outbox, dir, kafka.brokers);
    next.start();
    await delivered(next);
    await next.stop();
    expectFaithful(await consumeAll(kafka.brokers, TOPICS), await readAll(outbox));
    await outbox.shutdown();
  }, 120_000);
});
