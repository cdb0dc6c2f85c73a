// Do memory and time stay flat? An hour of 4 live conversations at real pace with the real models: 2 sessions that last
// the whole hour, and 2 lines on which one call follows the other. A sample a minute; the first ten minutes after the
// warm-up beside the last ten.
import { parseArgs } from 'node:util';
import { figure, keep, median, quantile } from './figures.mjs';
import { lineChart } from './load/svg.mjs';
import { runJson, startService } from './processes.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const minutes = Number(values.minutes);
const SERVICE_CORE = 0;
const GENERATOR_CORE = 1;
const SAMPLE_MS = 60_000;
/** Compiled code, full rings and remembered sessions come in these. */
const WARM_UP_MINUTES = Math.min(5, Math.floor(minutes / 3));
const SPAN_MINUTES = Math.max(1, Math.min(10, Math.floor((minutes - WARM_UP_MINUTES) / 2)));

const service = await startService(SERVICE_CORE);
await service.ask('mark');
const calls = ['bench/hour-calls.mjs', '--url', service.url, '--minutes', String(minutes)];
const over = runJson(GENERATOR_CORE, calls);
const startMs = performance.now();
const samples = [];
for (let minute = 1; minute <= minutes; minute++) {
  const dueMs = startMs + minute * SAMPLE_MS;
  await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
  const { afterWatermarkMs, ...sample } = await service.ask('sample');
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(afterWatermarkMs, share));
  samples.push({ minute, ...sample, assessments: afterWatermarkMs.length, p50, p95 });
  console.log(
    `minute ${minute}: resident ${mib(sample.rssBytes)} MiB, heap ${mib(sample.heapUsedBytes)} MiB, ` +
      `${sample.handles} handles, ${(sample.cpuMs / 1000).toFixed(1)} s CPU; after the watermark ` +
      `p50 ${p50.toFixed(0)}, p95 ${p95.toFixed(0)} ms of ${afterWatermarkMs.length} assessments`,
  );
}
const seen = await over;
await service.stop();

const after = samples.slice(WARM_UP_MINUTES);
const first = after.slice(0, SPAN_MINUTES);
const last = after.slice(-SPAN_MINUTES);
const of = (span, name, unit = 1) => span.map((sample) => sample[name] / unit);
const ratio = (name) => [median(of(last, name)) / median(of(first, name))];
const pair = (label, name, unitName, unit = 1) => [
  figure(`${label}, first ${SPAN_MINUTES} minutes`, of(first, name, unit), unitName),
  figure(`${label}, last ${SPAN_MINUTES} minutes`, of(last, name, unit), unitName),
  figure(`${label}, last / first`, ratio(name), 'ratio'),
];
const chart = (title, series, unitName) =>
  lineChart({
    title,
    xLabel: 'minutes',
    unitName,
    xTicks: Array.from({ length: 7 }, (_, i) => [i / 6, Math.round((i * minutes) / 6)]),
    series: series.map(([name, values]) => ({
      name,
      points: values.map((value, i) => [samples[i].minute / minutes, value]),
    })),
  });
keep(
  'hour',
  [
    figure('minutes', [minutes], 'min'),
    figure('sessions begun', [seen.sessions], 'count'),
    figure('assessments', [seen.assessments], 'count'),
    figure('errors', [seen.errors], 'count', { atMost: 0 }),
    figure('sessions that ended incomplete', [seen.incomplete], 'count', { atMost: 0 }),
    ...pair('resident memory', 'rssBytes', 'MiB', 2 ** 20),
    ...pair('heap of the main thread', 'heapUsedBytes', 'MiB', 2 ** 20),
    ...pair('open handles', 'handles', 'count'),
    ...pair('CPU a minute', 'cpuMs', 'ms'),
    ...pair('assessment after its watermark, p50', 'p50', 'ms'),
    ...pair('assessment after its watermark, p95', 'p95', 'ms'),
  ],
  `npm run bench:hour -- --minutes ${minutes}`,
  {
    'hour-memory': chart(
      'Memory over an hour of 4 live conversations',
      [
        ['resident', of(samples, 'rssBytes', 2 ** 20)],
        ['heap, main', of(samples, 'heapUsedBytes', 2 ** 20)],
      ],
      'MiB',
    ),
    'hour-latency': chart(
      'Assessment after its watermark',
      [
        ['p50', of(samples, 'p50')],
        ['p95', of(samples, 'p95')],
      ],
      'ms',
    ),
  },
);

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}
