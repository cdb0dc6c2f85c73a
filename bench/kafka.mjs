// `npm run bench:kafka`: results per second through outbox and sink to a real broker, against kafkajs alone with the same
// guarantees on the same broker in the same run, turn by turn; CPU of each result; time from a result to its
// acknowledgement at a steady rate. Needs what the tests with Kafka need (Java 17, Maven). Let nothing else run beside it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { figure, keep, show } from './figures.mjs';
import { pinning, startSender } from './processes.mjs';

const require = createRequire(import.meta.url);
require('../test/delivery/support/register-swc.cjs');
const { startKafka } = require('../test/support/kafka/kafka-cluster.ts');
const { withAdmin } = require('../test/support/kafka/topics.ts');

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    results: { type: 'string', default: '30000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '15' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : Number(values.runs);
const results = values.smoke ? 2_000 : Number(values.results);
const rate = Number(values.rate);
const seconds = values.smoke ? 1 : Number(values.seconds);

const kafka = await startKafka(1, { bench: true });
const senders = [];
try {
  // The broker on the other core, where there is one.
  if (pinning) for (const pid of kafka.pids) spawnSync('taskset', ['-a', '-p', '-c', '1', String(pid)]);
  const topics = ['rapport.results', 'rapport.dead-letter'].map((topic) => ({
    ...{ topic, numPartitions: 4 },
    configEntries: [{ name: 'retention.bytes', value: '200000000' }],
  }));
  await withAdmin(kafka.brokers, (admin) => admin.createTopics({ waitForLeaders: false, topics }));
  const raw = await startSender(0, 'raw', kafka.brokers);
  senders.push(raw);
  const ours = await startSender(0, 'ours', kafka.brokers);
  senders.push(ours);
  // Until both, and the broker, are compiled.
  for (const side of [raw, ours, raw, ours]) await side.ask(`run ${results}`);
  const of = { raw: [], ours: [] };
  for (let run = 0; run < runs; run += 1) {
    of.raw.push(await raw.ask(`run ${results}`));
    of.ours.push(await ours.ask(`run ${results}`));
  }
  const delays = [];
  for (let run = 0; run < (values.smoke ? 1 : 3); run += 1) delays.push(await ours.ask(`paced ${rate} ${seconds}`));
  const perSecond = ({ perSecond: value }) => value;
  const cpu = ({ cpuMicros }) => cpuMicros;
  const figures = [
    figure('outbox and sink', of.ours.map(perSecond), 'results per second'),
    figure('kafkajs alone', of.raw.map(perSecond), 'results per second'),
    figure(
      'outbox and sink against kafkajs alone',
      of.ours.map((o, i) => o.perSecond / of.raw[i].perSecond),
      'ratio',
      {
        atLeast: 0.7,
      },
    ),
    figure('CPU of a result, outbox and sink', of.ours.map(cpu), 'us'),
    figure('CPU of a result, kafkajs alone', of.raw.map(cpu), 'us'),
    figure(
      `result to acknowledgement at ${rate} a second, p50`,
      delays.map(({ p50 }) => p50),
      'ms',
    ),
    figure(
      `result to acknowledgement at ${rate} a second, p99`,
      delays.map(({ p99 }) => p99),
      'ms',
    ),
  ];
  if (values.smoke) show(figures);
  else keep('kafka', figures, 'npm run bench:kafka');
} finally {
  await Promise.allSettled(senders.map((sender) => sender.stop()));
  await kafka.stop();
}
