// One side of `npm run bench:kafka`, in a process of its own, told what to do over IPC: `raw` sends with kafkajs alone, `ours`
// through outbox and sink. Both make the same records: the CloudEvent of each result in binary mode, gzip, idempotent, acks of
// all replicas, batches of at most 100, one in flight a partition, 4 partitions.
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toCloudEvent } from '../dist/delivery/cloud-event.js';
import { outboxOptions } from '../dist/delivery/delivery-options.js';
import { KafkaClient } from '../dist/delivery/kafka-client.js';
import { toKafkaMessage } from '../dist/delivery/kafka-message.js';
import { KafkaOffset } from '../dist/delivery/kafka-offset.js';
import { kafkaOptions } from '../dist/delivery/kafka-options.js';
import { KafkaSink } from '../dist/delivery/kafka-sink.js';
import { javaPartition } from '../dist/delivery/murmur2.js';
import { Outbox } from '../dist/delivery/outbox.js';
import { assessedResult, seeded, sessionOf } from './assessed-result.mjs';
import { quantile } from './figures.mjs';

const { CompressionTypes, Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
const [kind, brokers] = [process.argv[2], process.argv[3].split(',')];
const TOPIC = 'rapport.results';
const PARTITIONS = 4;
const BATCH = 100;
const SESSIONS = 256;
let nextWindow = 1;

/** `count` results, turn by turn of the sessions; never the same ids twice. */
function results(count) {
  const random = seeded(nextWindow);
  const made = Array.from({ length: count }, (_, n) => {
    return { session: sessionOf(n % SESSIONS), result: assessedResult(nextWindow + Math.floor(n / SESSIONS), random) };
  });
  nextWindow += Math.ceil(count / SESSIONS);
  return made;
}

async function raw() {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const createPartitioner =
    () =>
    ({ message }) =>
      message.partition;
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false, createPartitioner });
  await producer.connect();
  return {
    async run(given) {
      const queues = Array.from({ length: PARTITIONS }, () => []);
      for (const { session, result } of given) {
        const key = `${session.tenant}/${session.sessionId}`;
        queues[javaPartition(key, PARTITIONS)].push({ session, result });
      }
      const send = async (queue, partition) => {
        for (let at = 0; at < queue.length; at += BATCH) {
          const messages = queue.slice(at, at + BATCH).map(({ session, result }, n) => {
            const event = toCloudEvent(session, result, new Date());
            return { ...toKafkaMessage({ seq: at + n, topic: TOPIC, event }), partition };
          });
          await producer.send({ topic: TOPIC, acks: -1, compression: CompressionTypes.GZIP, messages });
        }
      };
      await Promise.all(queues.map(send));
    },
    stop: () => producer.disconnect(),
  };
}

/** From the call that appends a result to Kafka's acknowledgement, ms, by id. */
const appendedAt = new Map();
const ackMs = [];

async function ours() {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const outbox = await Outbox.open(outboxOptions({ dir, holdForSink: true }));
  const options = kafkaOptions({ brokers, partitions: PARTITIONS, maxBatchRecords: BATCH, topics: 'off' });
  const client = new KafkaClient(options);
  const producer = {
    connect: () => client.connect(),
    ensureTopics: (topics) => client.ensureTopics(topics),
    renew: (topic) => client.renew(topic),
    disconnect: () => client.disconnect(),
    async send(topic, partition, messages) {
      await client.send(topic, partition, messages);
      if (appendedAt.size === 0) return;
      const now = performance.now();
      for (const { headers } of messages) ackMs.push(now - appendedAt.get(headers.ce_id));
    },
  };
  const sink = new KafkaSink({ outbox, offset: new KafkaOffset(dir, outbox.logId), producer }, options);
  sink.start();
  const delivered = async () => {
    while (sink.status().lagRecords > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return {
    async run(given) {
      const lanes = Array.from({ length: SESSIONS }, (_, s) => given.filter((_, n) => n % SESSIONS === s));
      await Promise.all(
        lanes.map(async (lane) => {
          for (const { session, result } of lane) await outbox.append(session, result);
        }),
      );
      await delivered();
    },
    /** So many a second for so long, on a schedule: a result that is late does not hold up the next (open loop). */
    async paced(perSecond, seconds) {
      const given = results(perSecond * seconds);
      const began = performance.now();
      appendedAt.clear();
      ackMs.length = 0;
      const { eventId } = await import('../dist/delivery/event-id.js');
      for (const [n, { session, result }] of given.entries()) {
        const due = began + (n * 1000) / perSecond;
        const wait = due - performance.now();
        if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
        appendedAt.set(eventId(session, result), due);
        void outbox.append(session, result);
      }
      while (ackMs.length < given.length) await new Promise((resolve) => setTimeout(resolve, 10));
      appendedAt.clear();
      return { p50: quantile(ackMs, 0.5), p99: quantile(ackMs, 0.99) };
    },
    async stop() {
      await sink.stop();
      await outbox.shutdown();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const side = await (kind === 'raw' ? raw() : ours());
process.on('message', async ({ do: order }) => {
  const [what, ...numbers] = order.split(' ');
  const [first, second] = numbers.map(Number);
  if (what === 'run') {
    const given = results(first);
    const cpu = process.cpuUsage();
    const began = performance.now();
    await side.run(given);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return process.send({ perSecond: first / seconds, cpuMicros: (user + system) / first });
  }
  if (what === 'paced') return process.send(await side.paced(first, second));
  await side.stop();
  process.exit(0);
});
process.send({ ready: true });
