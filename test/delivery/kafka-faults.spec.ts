import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { removeTopics, withAdmin } from '../support/kafka/topics';
import { expectWholeAndInOrder, underLoad } from './support/fault-run';
import { removeFolders } from './support/results';
import { stopSinks, until } from './support/sink';

const available = kafkaAvailable();
/** RAPPORT_TEST_KAFKA_KILLS=20: three nodes, and so many leaders killed one after the other (about 15 s each). */
const KILLS = Number(process.env.RAPPORT_TEST_KAFKA_KILLS ?? 0);
/** RAPPORT_TEST_KAFKA_OUTAGE_S=60: how long the whole cluster is away. */
const OUTAGE_S = Number(process.env.RAPPORT_TEST_KAFKA_OUTAGE_S ?? 1);
/** RAPPORT_TEST_KAFKA_CUTS=500: how many replies are cut. */
const CUTS = Number(process.env.RAPPORT_TEST_KAFKA_CUTS ?? 15);
/** As fast as the disk allows, for the long runs; else gently, so that the count at the end is quick. */
const load = (isLong: boolean, more: object = {}) =>
  isLong ? { sessions: 128, everyMs: 0, ...more } : { sessions: 12, everyMs: 5 };
const withKafka = available.ok ? describe : describe.skip;
const withCluster = available.ok && KILLS > 0 ? describe : describe.skip;
const reason = available.ok ? '' : ` (skipped: ${available.reason})`;

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
    expectWholeAndInOrder(account);
    expect(account.duplicates).toBe(0);
    expect(proxy!.cutReplies).toBe(CUTS);
  }, 600_000);

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
    expectWholeAndInOrder(account);
  }, 120_000);

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
    expectWholeAndInOrder(account);
    expect(account.duplicates).toBe(0);
  }, 600_000);
});

withCluster(`Kafka's faults, three nodes${reason}`, () => {
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
    `leaders killed with -9 one after the other, ${KILLS} times: nothing lost, order kept`,
    async () => {
      const load = { sessions: 128, everyMs: 0, maxLag: 20_000 };
      const account = await underLoad(`${KILLS} leaders killed`, kafka.brokers, load, async ({ sink, ledger }) => {
        await until(sink, ({ connected }) => connected);
        await sleep(2_000);
        for (let kills = 0; kills < KILLS; kills += 1) {
          const victim = (await partitions())[kills % 6]!.leader;
          await kafka.kill(victim);
          await sleep(1_000);
          await kafka.start(victim);
          await allInSync();
          await sleep(5_000);
          process.stdout.write(`${kills + 1} killed, ${ledger.given} written\n`);
        }
      });
      expectWholeAndInOrder(account);
    },
    KILLS * 90_000 + 240_000,
  );
});
