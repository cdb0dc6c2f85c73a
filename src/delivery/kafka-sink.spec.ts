import { toCloudEvent } from './cloud-event';
import type { KafkaMessage } from './kafka-message';
import { kafkaOptions } from './kafka-options';
import { KafkaSink } from './kafka-sink';
import type { ReadOptions } from './log-readers';
import { type PartitionProducer, ProducerBrokenError, RefusedError } from './partition-producer';
import type { LogRecord } from './record-line';

const options = kafkaOptions({ brokers: [], lingerMs: 0, minBackoffMs: 1, maxBackoffMs: 2, offsetFlushMs: 1 });

/** A log that is all there from the start; reading goes on for ever, as that of the outbox. */
class ScriptedLog {
  released = 0;
  constructor(private readonly records: readonly LogRecord[]) {}
  get nextOffset(): number {
    return this.records.length;
  }
  releaseBelow(offset: number): void {
    this.released = offset;
  }
  async *readChunks(from: number, { signal }: ReadOptions = {}): AsyncGenerator<readonly LogRecord[]> {
    yield this.records.slice(from);
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  }
}

/** Answers each send by a script; checks that the rules of the real client are kept. */
class ScriptedProducer implements PartitionProducer {
  readonly sent: { place: string; seqs: number[]; producer: number }[] = [];
  readonly busy = new Set<string>();
  producer = 1;
  private begun = 0;
  constructor(private readonly answer: (place: string, n: number) => Promise<void> = async () => undefined) {}
  async connect(): Promise<void> {}
  async ensureTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(topics.map((topic) => [topic, 2]));
  }
  async send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    const place = `${topic}-${partition}`;
    if (this.busy.has(place)) throw new Error(`two sends at a time to ${place}`);
    this.busy.add(place);
    const { producer } = this;
    try {
      await this.answer(place, this.begun++);
      this.sent.push({ place, seqs: messages.map((m) => Number(m.headers.rapport_seq)), producer });
    } finally {
      this.busy.delete(place);
    }
  }
  async renew(topic: string): Promise<void> {
    if ([...this.busy].some((place) => place.startsWith(`${topic}-`))) throw new Error('renewed during a send');
    this.producer += 1;
  }
  async disconnect(): Promise<void> {}
}

function records(count: number, topics = ['rapport.results']): LogRecord[] {
  const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-8cce-000000000001' };
  return Array.from({ length: count }, (_, offset) => {
    const data = { firstWindowEndMs: offset, lastWindowEndMs: offset, reason: 'deadline' } as const;
    const event = toCloudEvent(session, { type: 'rapport.window.degraded', naturalKey: [offset], data }, new Date());
    return { offset, seq: offset + 1, topic: topics[offset % topics.length]!, key: event.partitionkey, event };
  });
}

const memory = (start = 0) => {
  const saved = { offset: start, read: async () => saved.offset, write: async (o: number) => void (saved.offset = o) };
  return saved;
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(condition()).toBe(true);
}

test('a producer that the broker no longer follows is replaced once no send is under way, and nothing is left out', async () => {
  const broken = new Set([2, 5]);
  const producer = new ScriptedProducer(async (_place, n) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (broken.delete(n)) throw new ProducerBrokenError('OUT_OF_ORDER_SEQUENCE_NUMBER');
  });
  const log = new ScriptedLog(records(60, ['rapport.results', 'rapport.alerts', 'a.topic.of.an.older.version']));
  const saved = memory();
  const sink = new KafkaSink({ outbox: log, offset: saved, producer }, { ...options, maxBatchRecords: 5 });
  sink.start();
  await until(() => sink.status().lagRecords === 0);
  await sink.stop();
  expect(producer.producer).toBeGreaterThan(1);
  expect(producer.sent.flatMap((s) => s.seqs).sort((a, b) => a - b)).toEqual([...Array(60).keys()].map((n) => n + 1));
  for (const place of new Set(producer.sent.map((s) => s.place))) {
    const seqs = producer.sent.filter((s) => s.place === place).flatMap((s) => s.seqs);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  }
  expect([saved.offset, log.released]).toEqual([60, 60]);
});

test('what is written down never passes a record that is not acknowledged', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const producer = new ScriptedProducer((place) => (place.startsWith('rapport.alerts') ? held : Promise.resolve()));
  const saved = memory();
  const log = new ScriptedLog(records(20, ['rapport.results', 'rapport.alerts']));
  const sink = new KafkaSink({ outbox: log, offset: saved, producer }, options);
  sink.start();
  await until(() => producer.sent.flatMap((s) => s.seqs).length === 10);
  await until(() => saved.offset === 1);
  expect(sink.status()).toMatchObject({ connected: true, lagRecords: 19 });
  release();
  await until(() => sink.status().lagRecords === 0);
  await sink.stop();
  expect(saved.offset).toBe(20);
});

test('what Kafka refuses is delivered as soon as the dead-letter topic has it', async () => {
  let hasRoom = false;
  const producer = new ScriptedProducer(async (place, n) => {
    if (place.startsWith('rapport.dead-letter') && !hasRoom) throw new Error('not now');
    if (!place.startsWith('rapport.dead-letter') && n === 0) throw new RefusedError('invalid', 'no such record');
  });
  const saved = memory();
  const log = new ScriptedLog(records(4));
  const told: string[] = [];
  const sink = new KafkaSink(
    { outbox: log, offset: saved, producer, log: { refused: (...line) => void told.push(line.join(' ')) } },
    { ...options, maxBatchRecords: 1 },
  );
  sink.start();
  await until(() => sink.status().deadLettered.invalid === 1);
  await until(() => producer.sent.length === 3);
  expect(sink.status().lagRecords).toBe(4);
  hasRoom = true;
  await until(() => sink.status().lagRecords === 0);
  await sink.stop();
  expect(told).toEqual(['rapport.results invalid no such record']);
  expect(producer.sent.at(-1)).toMatchObject({ place: expect.stringContaining('rapport.dead-letter'), seqs: [1] });
});

/** Counts what is taken of it, record by record. */
class CountedLog extends ScriptedLog {
  taken = 0;
  override async *readChunks(from: number, options: ReadOptions = {}): AsyncGenerator<readonly LogRecord[]> {
    for await (const records of super.readChunks(from, options)) {
      for (const record of records) {
        this.taken += 1;
        yield [record];
      }
    }
  }
}

test.each([
  ['Kafka stands', () => true],
  // bug: the others went on without end, and a crash sent all of that again
  ['one topic stands', (place: string) => place.startsWith('rapport.alerts-')],
])('no more is taken from the log than may be sent again after a crash, while %s still', async (_, stands) => {
  const log = new CountedLog(records(100, ['rapport.alerts', 'rapport.results']));
  const producer = new ScriptedProducer(async (place) => {
    if (stands(place)) await new Promise(() => undefined);
  });
  const sink = new KafkaSink(
    { outbox: log, offset: memory(), producer },
    { ...options, maxBufferedRecords: 10, stopTimeoutMs: 20 },
  );
  sink.start();
  await until(() => log.taken === 11);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(log.taken).toBe(11);
  await sink.stop();
});

test('no more is read ahead than keeps partitions that move busy, and one that stands still holds up none of them', async () => {
  const log = new CountedLog(records(200, ['rapport.alerts', 'rapport.results']));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let mostAhead = 0;
  const producer = new ScriptedProducer(async (place) => {
    if (place.startsWith('rapport.alerts-')) return held;
    const sent = producer.sent.flatMap(({ seqs }) => seqs).length;
    mostAhead = Math.max(mostAhead, log.taken - 2 * sent);
  });
  const bounds = { maxReadAheadRecords: 10, stallMs: 20, maxBatchRecords: 5, stopTimeoutMs: 20 };
  const sink = new KafkaSink({ outbox: log, offset: memory(), producer }, { ...options, ...bounds });
  sink.start();
  await until(() => producer.sent.flatMap(({ seqs }) => seqs).length === 100);
  // of the ten, and the one that waits for room, as many alerts as results
  expect(mostAhead).toBeLessThanOrEqual(22);
  expect(sink.status().lagRecords).toBe(200);
  release();
  await until(() => sink.status().lagRecords === 0);
  await sink.stop();
});

test('on a full disk what Kafka has is let go all the same, and the offset is written as soon as the disk takes it', async () => {
  const log = new ScriptedLog(records(20));
  const offset = memory();
  const told: string[] = [];
  let isFull = true;
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const sink = new KafkaSink(
    {
      ...{ outbox: log, producer: new ScriptedProducer() },
      offset: { read: offset.read, write: (o) => (isFull ? Promise.reject(full) : offset.write(o)) },
      log: { trouble: (code) => void told.push(code) },
    },
    // a trouble stands for twice as long: beside other work a try comes later than the 4 ms of the other tests
    { ...options, maxBackoffMs: 500 },
  );
  sink.start();
  await until(() => log.released === 20 && told.length > 0);
  expect([offset.offset, sink.status().connected, sink.status().trouble]).toEqual([0, true, 'offset']);
  // nothing more is acknowledged: it is tried again by itself
  isFull = false;
  await until(() => offset.offset === 20);
  expect(told).toEqual(['offset']);
  await sink.stop();
});

test('an offset beyond the end means that the log began again', async () => {
  const producer = new ScriptedProducer();
  const sink = new KafkaSink({ outbox: new ScriptedLog(records(3)), offset: memory(500), producer }, options);
  sink.start();
  await until(() => producer.sent.flatMap((s) => s.seqs).length === 3);
  await sink.stop();
});

/** The races in `stop` left their timers of 1 s: the process, and every test worker, lived on for that long. */
test('bug: stop left timers that kept the process alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const producer = new ScriptedProducer();
  const sink = new KafkaSink({ outbox: new ScriptedLog(records(3)), offset: memory(), producer }, options);
  const before = timers();
  sink.start();
  await until(() => sink.status().lagRecords === 0);
  await sink.stop();
  expect(timers()).toBe(before);
});
