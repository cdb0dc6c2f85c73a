import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaOffset } from '../../src/delivery/kafka-offset';
import { eventually } from '../support/eventually';
import { keepFaultFigures } from '../support/fault-figures';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { removeTopics, setTopicConfig, withAdmin } from '../support/kafka/topics';
import { underLoad } from './support/fault-run';
import { type Account, added, columnsOf, expectWholeAndInOrder, NOTHING } from './support/ledger';
import { FaultyFiles } from './support/faulty-files';
import { folder, openOutbox, removeFolders, result, session } from './support/results';
import { delivered, keptLog, sinkFor, stopSinks, until } from './support/sink';

const available = kafkaAvailable();
/** RAPPORT_TEST_KAFKA_RECORDS=1000000: all faults at length, and leaders killed until so many results were written over all. */
const RECORDS = Number(process.env.RAPPORT_TEST_KAFKA_RECORDS ?? 0);
const count = (setting: string, otherwise: number, atLength: number): number =>
  Number(process.env[setting] ?? (RECORDS > 0 ? atLength : otherwise));
/** RAPPORT_TEST_KAFKA_KILLS=20: three nodes, and so many leaders killed one after the other (about 15 s each). */
const KILLS = count('RAPPORT_TEST_KAFKA_KILLS', 0, 20);
/** RAPPORT_TEST_KAFKA_OUTAGE_S=60: how long the whole cluster is away. */
const OUTAGE_S = count('RAPPORT_TEST_KAFKA_OUTAGE_S', 1, 60);
/** RAPPORT_TEST_KAFKA_CUTS=500: how many replies are cut. */
const CUTS = count('RAPPORT_TEST_KAFKA_CUTS', 15, 500);
/** RAPPORT_TEST_KAFKA_LARGE=300: how many records are too large. */
const LARGE = count('RAPPORT_TEST_KAFKA_LARGE', 6, 300);
/** Of the long run on a busy machine, with the kills among them. */
const MS_A_RECORD = 8;
/** As fast as the disk allows, for the long runs; else gently, so that the count at the end is quick. */
const load = (isLong: boolean, more: object = {}) =>
  isLong ? { sessions: 128, everyMs: 0, ...more } : { sessions: 12, everyMs: 5 };
const withKafka = available.ok ? describe : describe.skip;
const withCluster = available.ok && KILLS > 0 ? describe : describe.skip;
/** Kept out of the common run for its time: 20 s a kill. */
const notAsked = KILLS > 0 ? '' : ' (skipped: RAPPORT_TEST_KAFKA_KILLS says how many leaders to kill)';
const reason = available.ok ? '' : ` (skipped: ${available.reason})`;

/** Of each fault so far. */
const accounts = new Map<string, Account>();
const written = (): number => [...accounts.values()].reduce((sum, { given }) => sum + given, 0);
afterAll(() => {
  const all = [...accounts.values()].reduce(added, NOTHING);
  process.stdout.write(`all of Kafka's faults: ${JSON.stringify(all)}\n`);
  if (RECORDS < 1_000_000) return;
  const rows = [...accounts, ['all together', all] as const].map(
    ([fault, account]) => [fault, columnsOf(account)] as const,
  );
  keepFaultFigures(
    'kafka-faults',
    new Map(rows),
    `RAPPORT_TEST_KAFKA_RECORDS=${RECORDS} npm test -- test/delivery/kafka-faults.spec.ts`,
  );
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

withKafka(`Kafka's faults, one node${reason}`, () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka(1, { proxied: true });
  }, 240_000);
  afterAll(async () => {
    await kafka?.stop();
    removeFolders();
  });
  afterEach(async () => {
    await stopSinks();
    await removeTopics(kafka.brokers);
  });

  test('replies cut after the write: nothing lost, nothing doubled, order kept', async () => {
    const [proxy] = kafka.proxies;
    const flow = { ...load(CUTS > 100, { maxLag: 20_000 }), kafka: { maxRetryWaitMs: 100 } };
    const account = await underLoad(`${CUTS} replies cut`, kafka.brokers, flow, async ({ sink }) => {
      await until(sink, ({ connected }) => connected);
      for (let cut = 1; cut <= CUTS; cut += 1) {
        proxy!.cutNextReply();
        while (proxy!.cutReplies < cut) await sleep(5);
        await sleep(60);
      }
    });
    accounts.set(`${CUTS} replies cut after the write`, account);
    expectWholeAndInOrder(account);
    expect(account.duplicates).toBe(0);
    expect(proxy!.cutReplies).toBe(CUTS);
  }, 600_000);

  test('a full disk: the offset cannot be written, and what Kafka has makes room for results all the same', async () => {
    const dir = folder();
    const small = { budgetBytes: 48_000, reserveBytes: 6_000, maxCommitBytes: 2_000, maxSegmentBytes: 3_000 };
    const outbox = await openOutbox(dir, { ...small, holdForSink: true, retentionBytes: 1e9 });
    const disk = new FaultyFiles();
    disk.refuses = 'ENOSPC';
    const offset = new KafkaOffset(dir, outbox.logId, disk);
    const { lines, log } = keptLog();
    const sink = sinkFor(outbox, dir, kafka.brokers, { offsetFlushMs: 20 }, { offset, log });
    sink.start();
    // several times what the log has room for: each waits until older ones are let go
    await Promise.all(Array.from({ length: 400 }, (_, n) => outbox.append(session(n % 5), result(n, 'x'.repeat(200)))));
    await delivered(sink);
    expect(disk.refused).toBeGreaterThan(0);
    expect(existsSync(join(dir, 'kafka-offset.json'))).toBe(false);
    expect(sink.status()).toMatchObject({ connected: true, trouble: 'offset' });
    expect(lines.filter(([kind]) => kind === 'trouble').map(([, code]) => code)).toEqual(['offset']);
    disk.refuses = undefined;
    await eventually(async () => (await offset.read()) === 400);
    await sink.stop();
    await outbox.shutdown();
  }, 60_000);

  test('a slow broker, then one that stands still for longer than a request may take', async () => {
    const [proxy] = kafka.proxies;
    const flow = { ...load(false), kafka: { maxRetryWaitMs: 100, requestTimeoutMs: 1_000 } };
    const account = await underLoad('slow, then still', kafka.brokers, flow, async ({ sink }) => {
      await until(sink, ({ connected }) => connected);
      proxy!.delayMs = 150;
      await sleep(1_000);
      proxy!.delayMs = 0;
      kafka.pause(1);
      await sleep(1_800);
      kafka.resume(1);
      await sleep(300);
    });
    accounts.set('a slow broker, then one that stands still', account);
    expectWholeAndInOrder(account);
  }, 120_000);

  test('records too large among others: each a dead letter, those around it arrive, once, in order', async () => {
    // gzip cannot make it smaller
    const noise = randomBytes(9_000).toString('base64url');
    let isOn = false;
    const note = (n: number): string => (isOn && n % 97 === 1 ? noise : 'small');
    const flow = { ...load(false), note, kafka: { maxBatchRecords: 16 } };
    const account = await underLoad('records too large', kafka.brokers, flow, async ({ sink }) => {
      await until(sink, ({ connected }) => connected);
      await setTopicConfig(kafka.brokers, 'rapport.results', { 'max.message.bytes': '6000' });
      isOn = true;
      await until(sink, ({ deadLettered }) => deadLettered.too_large >= LARGE, 300_000);
      isOn = false;
    });
    const row = `${account.deadLetters} records too large, among others`;
    accounts.set(row, account);
    if (LARGE >= 300) {
      const command = `RAPPORT_TEST_KAFKA_LARGE=${LARGE} npm test -- test/delivery/kafka-faults.spec.ts -t 'too large'`;
      keepFaultFigures('kafka-too-large', new Map([[row, columnsOf(account)]]), command);
    }
    expectWholeAndInOrder(account);
    expect(account.deadLetters).toBeGreaterThanOrEqual(LARGE);
    expect(account.duplicates).toBe(0);
  }, 360_000);

  test('killed with -9, and away for a while: nothing lost, nothing doubled, order kept', async () => {
    const flow = { sessions: 12, everyMs: OUTAGE_S > 10 ? 20 : 5 };
    const account = await underLoad(`away for ${OUTAGE_S} s`, kafka.brokers, flow, async ({ sink }) => {
      await until(sink, ({ connected }) => connected);
      await sleep(700);
      await kafka.kill(1);
      await sleep(OUTAGE_S * 1000);
      await kafka.start(1);
      await sleep(300);
    });
    accounts.set(`the cluster away for ${OUTAGE_S} s`, account);
    expectWholeAndInOrder(account);
    expect(account.duplicates).toBe(0);
  }, 600_000);
});

withCluster(`Kafka's faults, three nodes${reason || notAsked}`, () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka(3);
  }, 240_000);
  afterAll(async () => {
    await kafka?.stop();
    removeFolders();
  });

  const partitions = () =>
    withAdmin(kafka.brokers, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['rapport.results'] });
      return topics[0]!.partitions;
    });
  const allInSync = async (): Promise<void> => {
    for (;;) {
      const found = await partitions().catch(() => []);
      if (found.length > 0 && found.every(({ isr, leader }) => isr.length === 3 && leader >= 0)) return;
      await sleep(100);
    }
  };

  test(
    `leaders killed with -9 one after the other, ${KILLS} times or more: nothing lost, order kept`,
    async () => {
      const load = { sessions: 128, everyMs: 0, maxLag: 20_000 };
      let killed = 0;
      const account = await underLoad('leaders killed', kafka.brokers, load, async ({ sink, ledger }) => {
        await until(sink, ({ connected }) => connected);
        await sleep(2_000);
        for (; killed < KILLS || written() + ledger.given < RECORDS; killed += 1) {
          const victim = (await partitions())[killed % 6]!.leader;
          await kafka.kill(victim);
          await sleep(1_000);
          await kafka.start(victim);
          await allInSync();
          await sleep(5_000);
          process.stdout.write(`${killed + 1} killed, ${ledger.given} written\n`);
        }
      });
      accounts.set(`${killed} leaders killed with -9, three nodes`, account);
      expectWholeAndInOrder(account);
      expect(written()).toBeGreaterThanOrEqual(RECORDS);
    },
    KILLS * 90_000 + RECORDS * MS_A_RECORD + 240_000,
  );
});
