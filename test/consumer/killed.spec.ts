import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RapportConsumer, type StoredOffset, type Trouble } from '@rapport-live/consumer';
import type { Producer } from 'kafkajs';
import Database from 'libsql';
import { eventually } from '../support/eventually';
import { keepFaultFigures } from '../support/fault-figures';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { random } from '../support/mutate';
import { connectProducer, expectedId, message } from './support/made-events';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;

/** `RAPPORT_TEST_CONSUMER_KILLS=200` for the long run, `RAPPORT_TEST_SEED` for another schedule. */
const KILLS = Number(process.env.RAPPORT_TEST_CONSUMER_KILLS ?? 4);
const SEED = Number(process.env.RAPPORT_TEST_SEED ?? 1);
/** From the first effect of a process to its end at most, ms. */
const MAX_LIFE_MS = 300;
const SESSIONS = 7;
/** Records sent in each life of a process, and how many of them once more. */
const RECORDS = 400;
const DOUBLES = 40;

/** Just after its start the broker may know no group for a moment. */
const onTrouble = ({ error }: Trouble): void => {
  if (error.code !== 'kafka_unavailable') throw error;
};

/** The consumer in a process of its own, which says so when it has committed effects. */
class EffectConsumer {
  commits = 0;
  stderr = '';
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[]) {
    const script = join(__dirname, 'support/effects.mjs');
    this.child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', () => (this.commits += 1));
    this.child.stderr!.on('data', (data) => (this.stderr += String(data)));
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(signal ?? code)));
  }

  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

withKafka(
  available.ok ? 'a consumer killed with -9' : `a consumer killed with -9 (skipped: ${available.reason})`,
  () => {
    let kafka: KafkaCluster;
    let producer: Producer;
    let folder: string;
    let consumer: EffectConsumer | undefined;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rapport-killed-'));
      kafka = await startKafka();
      producer = await connectProducer(kafka.brokers);
    }, 240_000);
    afterAll(async () => {
      await consumer?.end('SIGKILL');
      await producer?.disconnect();
      await kafka?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it(
      `${KILLS} times at random points: each event takes effect exactly once, though some are sent twice`,
      async () => {
        const next = random(SEED);
        const file = join(folder, 'effects.db');
        let starts = 0;
        // a group of its own each time: else the broker waits 30 s for the dead member, and the database says where to go on
        const start = (): EffectConsumer => {
          const group = `effects-${(starts += 1)}`;
          return new EffectConsumer([kafka.brokers.join(), group, file, join(folder, 'ids')]);
        };
        let given = 0;
        let sent = 0;
        /** New records in pieces, each followed by some that were sent before, the newest most often. */
        const send = async (count: number): Promise<void> => {
          for (let left = count; left > 0; left -= 50) {
            const fresh = Array.from({ length: Math.min(50, left) }, (_, i) => given + i);
            given += fresh.length;
            const doubles = Array.from({ length: Math.ceil((fresh.length * DOUBLES) / RECORDS) }, () => {
              const reach = next(2) === 0 ? 20 : given;
              return Math.max(0, given - 1 - next(reach));
            });
            const messages = [...fresh, ...doubles].map((n) => message(n % SESSIONS, n));
            sent += messages.length;
            await producer.send({ topic: 'rapport.results', messages });
          }
        };
        for (let kill = 0; kill < KILLS; kill += 1) {
          consumer = start();
          const sending = send(RECORDS);
          await eventually(() => consumer!.commits > 0 || consumer!.stderr !== '');
          await new Promise((resolve) => setTimeout(resolve, next(MAX_LIFE_MS)));
          expect([await consumer.end('SIGKILL'), consumer.stderr]).toEqual(['SIGKILL', '']);
          await sending;
        }
        consumer = start();
        await send(RECORDS);
        // the last of each session is new: who has them all has read every double
        const lasts = Array.from({ length: SESSIONS }, (_, i) => given + i);
        given += lasts.length;
        sent += lasts.length;
        await producer.send({ topic: 'rapport.results', messages: lasts.map((n) => message(n % SESSIONS, n)) });
        const effects = (): string[] => {
          const db = new Database(file, { readonly: true });
          const ids = (db.prepare('SELECT id FROM effects ORDER BY rowid').all() as { id: string }[]).map(
            ({ id }) => id,
          );
          db.close();
          return ids;
        };
        const expected = new Map(Array.from({ length: given }, (_, n) => [expectedId(n % SESSIONS, n), n]));
        await eventually(() => new Set(effects()).size >= expected.size || consumer!.stderr !== '');
        expect(await consumer.end('SIGINT')).toBe(0);
        expect(consumer.stderr).toBe('');
        const found = effects();
        const once = new Set(found);
        const missing = [...expected.keys()].filter((id) => !once.has(id)).length;
        const doubled = found.length - once.size;
        const last = new Map<number, number>();
        let inversions = 0;
        for (const n of [...once].map((id) => expected.get(id)!)) {
          if (n < (last.get(n % SESSIONS) ?? 0)) inversions += 1;
          last.set(n % SESSIONS, n);
        }
        console.log(
          `effects: ${KILLS} kills, ${given} events, ${sent - given} of them sent twice, ${found.length} effects: ` +
            `${missing} missing, ${doubled} doubled, ${inversions} behind a later one of their session`,
        );
        if (KILLS >= 200) {
          const counts = {
            ...{ events: given, 'sent twice': sent - given, effects: found.length },
            ...{ missing, 'in effect twice': doubled, 'out of order': inversions },
          };
          const rows = new Map([[`the consumer, killed with -9 ${KILLS} times`, counts]]);
          keepFaultFigures(
            'consumer-kills',
            rows,
            `RAPPORT_TEST_CONSUMER_KILLS=${KILLS} npm test -- test/consumer/killed.spec.ts`,
          );
        }
        expect({ missing, doubled, inversions }).toEqual({ missing: 0, doubled: 0, inversions: 0 });
        expect(found.length).toBe(expected.size);
      },
      60_000 + KILLS * 10_000,
    );

    it('is handed again what its store has not got, though ids of it were remembered, and no double of what it has', async () => {
      const [topic, own] = ['rapport.alerts' as const, 20];
      const dedupe = { folder: join(folder, 'again') };
      let stored: StoredOffset[] = [];
      /** So many events; when it ends, the ids of all of them are on the disk. */
      const read = async (groupId: string, count: number): Promise<{ id?: string; position: StoredOffset }[]> => {
        const stop = new AbortController();
        const reader = new RapportConsumer({ brokers: kafka.brokers, groupId, dedupe, maxFetchWaitMs: 50, onTrouble });
        const taken: { id?: string; position: StoredOffset }[] = [];
        for await (const event of reader.events({
          topics: [topic],
          storedOffsets: async () => stored,
          signal: stop.signal,
        })) {
          taken.push(event);
          if (taken.length === count) stop.abort();
        }
        return taken;
      };
      const send = (...numbers: number[]) => producer.send({ topic, messages: numbers.map((n) => message(own, n)) });
      const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => expectedId(own, from + i));
      await send(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      const first = await read('again-1', 10);
      expect(first.map(({ id }) => id)).toEqual(ids(0, 10));
      // the store has five of them: the process died before the rest took effect
      stored = [first[4]!.position];
      await send(2, 7, 10);
      expect((await read('again-2', 6)).map(({ id }) => id)).toEqual(ids(5, 11));
      // another member, which remembers nothing, learns what took effect before
      stored = [{ ...first[4]!.position, offset: first[9]!.position.offset }];
      dedupe.folder = join(folder, 'another');
      await send(9, 3, 11);
      expect((await read('again-3', 2)).map(({ id }) => id)).toEqual(ids(10, 12));
    }, 60_000);

    // Found by reading, after the kills: with seconds between two commits more may take effect than is learnt again.
    it('keeps ids before an event takes effect that is further on than what is learnt again reaches', async () => {
      const [topic, own, learnRecords] = ['rapport.transcripts' as const, 20, 5];
      const dedupe = { folder: join(folder, 'ahead'), learnRecords };
      const kept = (): string[] =>
        readFileSync(join(dedupe.folder, 'seen.log'), 'utf8').split('\n').slice(1, -1).map((line) => line.slice(0, 32)); // prettier-ignore
      await producer.send({ topic, messages: Array.from({ length: 23 }, (_, n) => message(own, n)) });
      const stop = new AbortController();
      const options = { brokers: kafka.brokers, groupId: 'ahead', dedupe, commitEveryMs: 3600_000, onTrouble };
      let taken = 0;
      for await (const { position } of new RapportConsumer(options).events({
        topics: [topic],
        storedOffsets: async () => [],
        signal: stop.signal,
      })) {
        // were it stored and the process killed now, these ids would not be learnt
        const lost = Array.from({ length: Math.max(0, position.offset + 1 - learnRecords) }, (_, n) =>
          expectedId(own, n),
        );
        expect(kept()).toEqual(expect.arrayContaining(lost));
        taken += 1;
        if (taken === 23) stop.abort();
      }
      expect(kept()).toHaveLength(23);
    }, 60_000);
  },
);
