// `npm run bench:consumer`: events a second through the consumer library and through raw kafkajs, which reads the same
// records with eachBatch and does what nobody can leave out: it parses the data and takes id and type from the headers.
// One broker, 4 partitions, gzip; the two take turns in one process.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { Kafka, logLevel, CompressionTypes } from 'kafkajs';
import { RapportConsumer } from '@rapport-live/consumer';
import { figure, keep, show } from './figures.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    records: { type: 'string', default: '200000' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : Number(values.runs);
const records = values.smoke ? 5_000 : Number(values.records);
const TOPIC = 'rapport.results';
const PARTITIONS = 4;

const require = createRequire(import.meta.url);
require('../test/delivery/support/register-swc.cjs');
const { startKafka } = require('../test/support/kafka/kafka-cluster.ts');
const { toCloudEvent } = require('../dist/delivery/cloud-event.js');
const { toKafkaMessage } = require('../dist/delivery/kafka-message.js');

/** As large as assessments are: about 1.5 kB of JSON. */
const DATA = {
  ...{ windowStartMs: 0, windowEndMs: 4000, subject: 'customer', label: 'neutral', confidence: 0.71 },
  modalities: Object.fromEntries(
    ['voice', 'face', 'text'].map((name) => [
      name,
      {
        ...{ present: true, evidence: 3120, contribution: 0.12 },
        emotion: { anger: 0.02, disgust: 0.01, fear: 0.03, joy: 0.12, neutral: 0.71, sadness: 0.08, surprise: 0.03 },
      },
    ]),
  ),
  ...{ intents: [], outOfScope: false, degraded: [], models: Array(6).fill({ name: 'a-model', version: '1.0.0' }) },
  stageMs: { wait: 1.2, model: 17.3, overhead: 4.1 },
};

async function produce(kafka) {
  const admin = kafka.admin();
  await admin.connect();
  const topics = [{ topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1 }];
  await admin.createTopics({ waitForLeaders: false, topics });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  for (let at = 0; at < records; at += 500) {
    const messages = Array.from({ length: Math.min(500, records - at) }, (_, i) => {
      const n = at + i;
      const sessionId = `01890a5d-ac96-774b-8cce-${String(n % 200).padStart(12, '0')}`;
      const result = { type: 'rapport.window.assessed', naturalKey: [n], data: { ...DATA, windowEndMs: n } };
      const event = toCloudEvent({ tenant: 'acme', sessionId }, result, new Date());
      return { ...toKafkaMessage({ seq: n + 1, topic: TOPIC, event }), partition: n % PARTITIONS };
    });
    await producer.send({ topic: TOPIC, messages, compression: CompressionTypes.GZIP });
  }
  await producer.disconnect();
}

/** Records a second from the first to the last, and CPU of this process, us a record. */
async function timed(read) {
  let beganMs;
  let cpu;
  let count = 0;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const stop = await read(() => {
    count += 1;
    if (count === 1) [beganMs, cpu] = [performance.now(), process.cpuUsage()];
    if (count === records) done([performance.now(), process.cpuUsage(cpu)]);
  });
  const [endedMs, { user, system }] = await all;
  await stop();
  return { perSecond: (records / (endedMs - beganMs)) * 1000, cpuMicros: (user + system) / records };
}

let groups = 0;
const newGroup = () => `bench-${process.pid}-${(groups += 1)}`;

const raw = (kafka) => async (onRecord) => {
  const consumer = kafka.consumer({ groupId: newGroup(), maxWaitTimeInMs: 250, maxBytes: 4 * 1024 * 1024 });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { value, headers } of batch.messages) {
        const event = { data: JSON.parse(value.toString()), id: String(headers.ce_id), type: String(headers.ce_type) };
        if (event.data === null) throw new Error(event.id);
        onRecord();
      }
    },
  });
  return () => consumer.disconnect();
};

const library = (brokers) => async (onRecord) => {
  const stop = new AbortController();
  const consumer = new RapportConsumer({ brokers, groupId: newGroup(), dedupe: { maxIds: records } });
  const reading = (async () => {
    for await (const event of consumer.events({ topics: [TOPIC], signal: stop.signal })) {
      if (event.type !== 'rapport.window.assessed') throw new Error(event.type);
      onRecord();
    }
  })();
  return async () => {
    stop.abort();
    await reading;
  };
};

const cluster = await startKafka();
try {
  const kafka = new Kafka({ brokers: [...cluster.brokers], logLevel: logLevel.NOTHING });
  await produce(kafka);
  const [ours, bare] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    bare.push(await timed(raw(kafka)));
    ours.push(await timed(library(cluster.brokers)));
  }
  const of = (list, name) => list.map((one) => one[name]);
  const figures = [
    figure('events through the consumer library', of(ours, 'perSecond'), '1/s'),
    figure('records through raw kafkajs', of(bare, 'perSecond'), '1/s'),
    figure('library / raw', ours.map((one, i) => one.perSecond / bare[i].perSecond), 'ratio'), // prettier-ignore
    figure('CPU of an event, library', of(ours, 'cpuMicros'), 'us'),
    figure('CPU of a record, raw', of(bare, 'cpuMicros'), 'us'),
  ];
  if (values.smoke) show(figures);
  else keep('consumer', figures, 'npm run bench:consumer');
} finally {
  await cluster.stop();
}
process.exit(0);
