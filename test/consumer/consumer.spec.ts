import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Delivered, RapportConsumer, type Topic, type Trouble } from '@rapport-live/consumer';
import type { Producer } from 'kafkajs';
import { sessionKey } from '../../src/delivery/cloud-event';
import { session } from '../delivery/support/results';
import { eventually } from '../support/eventually';
import { keepFaultFigures } from '../support/fault-figures';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { connectProducer, expectedId, message, PARTITIONS, quietKafka } from './support/made-events';

const available = kafkaAvailable();
const withKafka = available.ok ? describe : describe.skip;

const FAST = { maxFetchWaitMs: 50, commitEveryMs: 50, heartbeatMs: 200 };

/** Reads until it has `count` events, or what was asked for. */
async function take<T extends Topic>(
  consumer: RapportConsumer,
  count: number,
  options: Parameters<RapportConsumer['events']>[0] & { topics: readonly T[] },
): Promise<Delivered<T>[]> {
  const stop = new AbortController();
  const taken: Delivered<T>[] = [];
  for await (const event of consumer.events<T>({ ...options, signal: stop.signal })) {
    taken.push(event);
    if (taken.length === count) stop.abort(); // and not `break`: the last one is worked off, too
  }
  return taken;
}

const idsOf = (events: readonly Delivered[]): string[] =>
  events.flatMap((event) => ('id' in event ? [event.id] : [])).sort();

withKafka(available.ok ? 'the consumer library' : `the consumer library (skipped: ${available.reason})`, () => {
  let kafka: KafkaCluster;
  let producer: Producer;
  let folder: string;
  let groups = 0;
  const newGroup = (): { brokers: readonly string[]; groupId: string } => ({
    ...{ brokers: kafka.brokers, groupId: `group-${(groups += 1)}`, ...FAST },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-consumer-'));
    kafka = await startKafka();
    producer = await connectProducer(kafka.brokers);
  }, 240_000);
  afterAll(async () => {
    await producer?.disconnect();
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('hands out every event once, typed, each session in its order, and says what is none', async () => {
    const topic = 'rapport.results';
    const expected = [0, 1, 2].flatMap((s) => Array.from({ length: 40 }, (_, n) => expectedId(s, n)));
    for (const s of [0, 1, 2]) {
      const messages = Array.from({ length: 40 }, (_, n) => message(s, n));
      // the doubles before the last of each session: who has that one has read them
      const doubled = [...messages.slice(0, 39), messages[7]!, messages[38]!, messages[39]!];
      await producer.send({ topic, messages: doubled });
    }
    const key = sessionKey(session(0));
    const partition = message(0, 0).partition;
    const strangers = [
      { key, value: 'hello', partition },
      { ...message(0, 900), value: '{"kind":' },
      { ...message(0, 901), headers: { ...message(0, 901).headers, ce_type: 'rapport.later.version' } },
      { key, value: null, partition },
    ];
    await producer.send({ topic, messages: [...strangers, message(0, 40)] });

    const troubles: Trouble[] = [];
    const options = newGroup();
    const consumer = new RapportConsumer({ ...options, onTrouble: (trouble) => troubles.push(trouble) });
    const taken = await take(consumer, 122, { topics: [topic] });
    expect(idsOf(taken)).toEqual([...expected, expectedId(0, 40)].sort());
    const lastSeq = new Map<string, number>();
    for (const event of taken) {
      if (event.type !== 'rapport.session.updated') {
        expect(event).toMatchObject({ type: 'tombstone', ...session(0), key });
        continue;
      }
      expect(event.data.mediaMs).toBe(event.seq - 1);
      expect(event.seq).toBe((lastSeq.get(event.subject) ?? 0) + 1);
      lastSeq.set(event.subject, event.seq);
    }
    // just after its start the broker may know no group for a moment: that is told too, and passes
    const malformed = troubles.filter(({ error }) => error.code !== 'kafka_unavailable');
    expect(malformed.map(({ error }) => [error.code, /: (\w+)\.$/.exec(error.message)?.[1]])).toEqual([
      ['record_malformed', 'no_attributes'],
      ['record_malformed', 'json'],
      ['record_malformed', 'unknown_type'],
    ]);
    expect(consumer.counts).toEqual({ records: 131, duplicates: 6, malformed: 3, tombstones: 1, shredded: 0 });

    // everything was worked off and committed: the group goes on behind it, and another is handed the strangers too
    await producer.send({ topic, messages: [message(1, 40)] });
    expect(idsOf(await take(new RapportConsumer(options), 1, { topics: [topic] }))).toEqual([expectedId(1, 40)]);
    const all = await take(new RapportConsumer(newGroup()), 126, { topics: [topic], malformed: 'deliver' });
    const handedOut = all.flatMap((event) => (event.type === 'malformed' ? [event] : []));
    expect(handedOut.map(({ reason, value }) => [reason, String(value)])).toEqual([
      ['no_attributes', 'hello'],
      ['json', '{"kind":'],
      ['unknown_type', String(message(0, 901).value)],
    ]);
  });

  it('replays from a time, and a member that comes back goes on where the replay stands', async () => {
    const topic = 'rapport.transcripts';
    const t0 = Date.now() - 3600_000;
    const all = Array.from({ length: 60 }, (_, n) => message(n % 6, n, t0 + n * 1000));
    await producer.send({ topic, messages: all });
    const group = { ...newGroup(), dedupe: { folder: join(folder, 'replay') } };
    const ids = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, i) => expectedId((from + i) % 6, from + i)).sort();
    expect(idsOf(await take(new RapportConsumer(group), 60, { topics: [topic] }))).toEqual(ids(0, 60));

    const from = new Date(t0 + 30_000);
    const first = await take(new RapportConsumer(group), 20, { topics: [topic], from });
    const second = await take(new RapportConsumer(group), 10, { topics: [topic], from });
    expect(idsOf([...first, ...second])).toEqual(ids(30, 60));
    for (const { timestampMs } of [...first, ...second]) expect(timestampMs).toBeGreaterThanOrEqual(from.getTime());
  });

  it('drops a double after a restart, where ids are kept in a folder', async () => {
    const topic = 'rapport.alerts';
    const kept = { ...newGroup(), dedupe: { folder: join(folder, 'seen') } };
    await producer.send({ topic, messages: [message(0, 0), message(0, 1)] });
    await take(new RapportConsumer(kept), 2, { topics: [topic] });
    await producer.send({ topic, messages: [message(0, 1), message(0, 2)] });
    const again = new RapportConsumer(kept);
    expect(idsOf(await take(again, 1, { topics: [topic] }))).toEqual([expectedId(0, 2)]);
    expect(again.counts).toMatchObject({ records: 2, duplicates: 1 });
  });

  it('holds no more than its bound while the loop is slow, and stays in its group', async () => {
    const topic = 'rapport.sessions';
    const messages = Array.from({ length: 4_000 }, (_, n) => message(n % 8, n));
    for (let at = 0; at < 4_000; at += 500) await producer.send({ topic, messages: messages.slice(at, at + 500) });
    // a fetch brings about 40 records; so many may come on top of the bound
    const bounds = { maxBufferedRecords: 100, maxPartitionBytes: 8_192, maxFetchBytes: 32_768 };
    const consumer = new RapportConsumer({ ...newGroup(), ...bounds, sessionTimeoutMs: 6_000 });
    const stop = new AbortController();
    const seen: string[] = [];
    let stall: Promise<void> | undefined;
    for await (const event of consumer.events({ topics: [topic], signal: stop.signal })) {
      if (!('id' in event)) throw new Error(event.type);
      seen.push(event.id);
      // longer than the session time-out: without heartbeats the group would have given it up
      stall ??= new Promise((resolve) => setTimeout(resolve, 7_000));
      await stall;
      if (seen.length === 4_000) stop.abort();
    }
    expect(new Set(seen).size).toBe(4_000);
    expect(consumer.counts).toMatchObject({ records: 4_000, duplicates: 0 });
  });

  it('tells what retention took before it was read, and begins with what is left', async () => {
    const topic = 'rapport.audit';
    await producer.send({ topic, messages: Array.from({ length: 10 }, (_, n) => message(0, n)) });
    const { partition } = message(0, 0);
    const admin = quietKafka(kafka.brokers).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // kafkajs deletes only in topics whose leaders it has looked up
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '6' }] });
    await admin.disconnect();
    const troubles: Trouble[] = [];
    const consumer = new RapportConsumer({ ...newGroup(), onTrouble: (trouble) => troubles.push(trouble) });
    const storedOffsets = async (): Promise<{ topic: string; partition: number; offset: number }[]> => [
      { topic, partition, offset: 2 },
    ];
    const taken = await take(consumer, 4, { topics: [topic], storedOffsets });
    expect(idsOf(taken)).toEqual([6, 7, 8, 9].map((n) => expectedId(0, n)).sort());
    expect(troubles.map(({ error: { code, message: text } }) => [code, text])).toEqual([
      ['records_expired', `Records 3 to 5 of ${topic}-${partition} were removed by retention before they were read.`],
    ]);
  });

  it.each([
    ['topics has "rapport.nothing"', () => ({ topics: ['rapport.nothing' as Topic] })],
    ['from and storedOffsets', () => ({ from: new Date(), storedOffsets: async () => [] })],
    ['from is no valid date', () => ({ from: new Date('yesterday') })],
  ])('refuses wrong options: %s', async (sentence, options) => {
    const events = new RapportConsumer(newGroup()).events(options());
    await expect(events.next()).rejects.toMatchObject({
      code: 'consumer_options',
      message: expect.stringContaining(sentence),
    });
  });

  it('says that no broker answers, and what the store of offsets threw', async () => {
    const nobody = { brokers: ['127.0.0.1:9'], groupId: 'g', connectTimeoutMs: 500 };
    await expect(new RapportConsumer(nobody).events().next()).rejects.toMatchObject({ code: 'kafka_unavailable' });
    const failure = new Error('disk full');
    const storedOffsets = (): Promise<never> => Promise.reject(failure);
    await expect(new RapportConsumer(newGroup()).events({ storedOffsets }).next()).rejects.toBe(failure);
  });

  /**
   * Members come and go while records flow. The effect and its offset are kept together, as a database would keep them:
   * a record takes effect only if its partition's offset goes forward. RAPPORT_TEST_STORM_RECORDS for a longer storm.
   */
  it('loses nothing and does nothing twice in a storm of rebalances', async () => {
    const topic = 'rapport.results';
    const total = Number(process.env.RAPPORT_TEST_STORM_RECORDS ?? 3_000);
    const firstSession = 100;
    const sessions = 40;
    const group = newGroup();
    /** In the order of the first of each. */
    const effects = new Map<string, number>();
    const offsets = new Map<number, number>();
    let refused = 0;
    const storedOffsets = async (names: readonly { partition: number }[]): Promise<never[]> =>
      names.flatMap(({ partition }) => {
        const offset = offsets.get(partition);
        return offset === undefined ? [] : [{ topic, partition, offset }];
      }) as never[];
    const consumers: RapportConsumer[] = [];
    const member = (): { leave: () => Promise<void> } => {
      const stop = new AbortController();
      const consumer = new RapportConsumer({ ...group, dedupe: false });
      consumers.push(consumer);
      const left = (async () => {
        const events = consumer.events({ topics: [topic], storedOffsets, begin: 'latest', signal: stop.signal });
        for await (const { position, ...event } of events) {
          // the transaction: now and then it takes so long that the partition is another's before it is done
          await new Promise((resolve) => setTimeout(resolve, position.offset % 97 === 0 ? 60 : 0));
          if ((offsets.get(position.partition) ?? -1) >= position.offset) {
            refused += 1;
            continue;
          }
          offsets.set(position.partition, position.offset);
          if ('id' in event) effects.set(event.id, (effects.get(event.id) ?? 0) + 1);
        }
      })();
      return {
        leave: async () => {
          stop.abort();
          await left;
        },
      };
    };
    // what earlier tests left in the topic is passed over: where the log ends now is where the store begins
    const admin = quietKafka(kafka.brokers).admin();
    await admin.connect();
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) offsets.set(partition, Number(high) - 1);
    await admin.disconnect();

    const expected: string[] = [];
    const producing = (async () => {
      for (let n = 0; n < total; n += 50) {
        const part = Array.from({ length: 50 }, (_, i) => n + i);
        expected.push(...part.map((k) => expectedId(firstSession + (k % sessions), k)));
        await producer.send({ topic, messages: part.map((k) => message(firstSession + (k % sessions), k)) });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    let rebalances = 0;
    const members = [member()];
    let isFlowing = true;
    void producing.then(() => (isFlowing = false));
    while (isFlowing) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      rebalances += 1;
      if (members.length < PARTITIONS && rebalances % 3 !== 0) members.push(member());
      else await members.shift()!.leave();
      if (members.length === 0) members.push(member());
    }
    await producing;
    await eventually(() => effects.size >= expected.length);
    await Promise.all(members.map(({ leave }) => leave()));
    const read = consumers.reduce((sum, { counts }) => sum + counts.records, 0);
    const missing = expected.filter((id) => !effects.has(id));
    const twice = [...effects].filter(([, times]) => times > 1);
    const place = new Map(expected.map((id, k) => [id, k]));
    const last = new Map<number, number>();
    let inversions = 0;
    for (const id of effects.keys()) {
      const k = place.get(id) ?? 0;
      if (k < (last.get(k % sessions) ?? 0)) inversions += 1;
      last.set(k % sessions, k);
    }
    const strange = [...effects.keys()].filter((id) => !place.has(id));
    console.log(
      `storm: ${expected.length} records, ${rebalances} comings and goings, ${read - expected.length} read twice, ` +
        `${refused} refused by the store, ${missing.length} missing, ${twice.length} in effect twice`,
    );
    if (process.env.RAPPORT_TEST_STORM_RECORDS !== undefined) {
      const counts = {
        ...{ events: total, 'read twice': read - total, effects: effects.size, missing: missing.length },
        ...{ 'not expected': strange.length, 'in effect twice': twice.length, 'out of order': inversions },
      };
      const row = `a storm of rebalances: members came or went ${rebalances} times`;
      const command = `RAPPORT_TEST_STORM_RECORDS=${total} npm test -- test/consumer/consumer.spec.ts`;
      keepFaultFigures('consumer-storm', new Map([[row, counts]]), command);
    }
    expect({ missing, twice, strange, inversions }).toEqual({ missing: [], twice: [], strange: [], inversions: 0 });
    expect(effects.size).toBe(expected.length);
  }, 240_000);
});
