import { RapportConsumer } from '@rapport-live/consumer';
import { TOPICS } from '@rapport-live/protocol';
import type { KafkaOptions } from '../../../src/delivery/kafka-options';
import type { KafkaSink } from '../../../src/delivery/kafka-sink';
import { consumeEach } from './consume';
import { type Account, Ledger } from './ledger';
import { degraded, folder, openOutbox, result, session } from './results';
import { delivered, sinkFor } from './sink';

const DEAD_LETTERS = 'rapport.dead-letter';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Load {
  readonly sink: KafkaSink;
  readonly ledger: Ledger;
}

interface LoadOptions {
  /** Sessions that write at the same time, each one result after the other. */
  readonly sessions: number;
  /** Between two results of a session; 0: as fast as the disk allows. */
  readonly everyMs: number;
  /** Nobody writes while more records than this wait for Kafka. */
  readonly maxLag?: number;
  readonly kafka?: Partial<KafkaOptions>;
  /** What the nth result of a session carries. */
  readonly note?: (n: number) => string;
}

/** Results are written all the while that `fault` does its work; then everything is delivered and counted. */
export async function underLoad(
  name: string,
  brokers: readonly string[],
  { sessions, everyMs, maxLag = Infinity, kafka = {}, note = () => '' }: LoadOptions,
  fault: (load: Load) => Promise<void>,
): Promise<Account> {
  const dir = folder();
  const outbox = await openOutbox(dir, { holdForSink: true, groupCommitMs: everyMs === 0 ? 5 : 0 });
  const sink = sinkFor(outbox, dir, brokers, kafka);
  const ledger = new Ledger();
  sink.start();
  let isOver = false;
  const writers = Array.from({ length: sessions }, async (_, s) => {
    const of = session(s);
    for (let n = 0; !isOver; n += 1) {
      while (sink.status().lagRecords > maxLag && !isOver) await sleep(20);
      const next = n % 3 === 0 ? degraded(n) : result(n, note(n));
      ledger.give(of, next);
      await outbox.append(of, next);
      if (everyMs > 0) await sleep(everyMs);
    }
  });
  const beganMs = Date.now();
  try {
    await fault({ sink, ledger });
  } finally {
    isOver = true;
    await Promise.all(writers);
  }
  await delivered(sink, 300_000);
  const seconds = (Date.now() - beganMs) / 1000;
  await sink.stop();
  await outbox.shutdown();
  const found = await consumeEach(brokers, TOPICS, ledger.take);
  await consumeOnce(brokers, found, ledger);
  const { deadLettered } = sink.status();
  if (Object.values(deadLettered).some((count) => count > 0)) await consumeEach(brokers, [DEAD_LETTERS], ledger.bury);
  const account = ledger.account();
  process.stdout.write(`${name}: ${JSON.stringify({ ...account, seconds: Math.round(seconds) })}\n`);
  return account;
}

/** The same through the consumer library, which drops copies. */
async function consumeOnce(brokers: readonly string[], records: number, ledger: Ledger): Promise<void> {
  const stop = new AbortController();
  const consumer = new RapportConsumer({ brokers, groupId: `fault-run-${Date.now()}`, maxFetchWaitMs: 50 });
  // the last record may be a copy, which is not handed out
  const looks = setInterval(() => consumer.counts.records >= records && stop.abort(), 20);
  for await (const event of consumer.events({ signal: stop.signal })) {
    if ('id' in event) ledger.consumed(event.id);
  }
  clearInterval(looks);
}
