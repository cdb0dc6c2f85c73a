// What the service costs over the bare model calls, how late an assessment is, and how free the main thread stays,
// all from the same runs: 4 live sessions at real pace, service and generator on a core each, bare runs in between.
// The service that is measured lives through all of them, and so does bare.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, interval, keep, median, quantile } from './figures.mjs';
import { pinning, runJson, startBare, startService } from './processes.mjs';

/** The load that targets are stated for; with another one, only what the service costs over bare is kept, under a name of its own. */
const SESSIONS = 4;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '40' },
    sessions: { type: 'string', default: `${SESSIONS}` },
    // what is called once a window is still being compiled in the fifth (by the CPU of V8's own threads)
    'warm-up-passes': { type: 'string', default: '6' },
  },
});
const runs = Number(values.runs);
const warmUpPasses = Number(values['warm-up-passes']);
/** The densest part of the sample call: both speak, the camera is on. */
const FROM_MS = 27_000;
const toMs = FROM_MS + 1000 * Number(values.seconds);
const SERVICE_CORE = 0;
const GENERATOR_CORE = 1;
const IDLE_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
const recording = join(folder, 'jobs.v8');
const sessions = Number(values.sessions);
const generate = (url, from, to) => {
  const load = ['--sessions', sessions, '--from-ms', from, '--to-ms', to].map(String);
  return runJson(GENERATOR_CORE, ['bench/generator.mjs', '--url', url, ...load]);
};

/** One pass of the load over a service that runs. */
async function wholePass(service) {
  await service.ask('mark');
  const { conversationSeconds, sessions } = await generate(service.url, FROM_MS, toMs);
  return { ...(await service.ask('report')), conversationSeconds, sessions };
}

/**
 * The jobs of one pass, for bare: in a process of its own, since copying them costs, and its first pass: behind another
 * the service would still give up work.
 */
async function record() {
  const service = await startService(SERVICE_CORE, { BENCH_RECORD: recording });
  const recorded = await wholePass(service);
  await service.stop();
  return recorded;
}

/** How late the event loop's timers are: idle, then under the same load. Apart, since watching costs CPU of its own. */
async function loopRun() {
  const service = await startService(SERVICE_CORE, { BENCH_LOOP: '1' });
  await generate(service.url, 0, 6000);
  await service.ask('mark');
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idle = await service.ask('report');
  await service.ask('mark');
  await generate(service.url, FROM_MS, toMs);
  const loaded = await service.ask('report');
  await service.stop();
  return { idle: idle.loopDelayMs.p99, loaded: loaded.loopDelayMs.p99 };
}

const overheads = (run) => run.stages.map((stage) => stage.overhead + stage.persist);

/** What bare takes for what a run took in: where it was a few jobs more or less, each kind is scaled by its input. */
function bareFor(run, byKind) {
  const lacking = Object.keys(run.units).filter((kind) => !recorded.units[kind]);
  // one run is a trial of the bench itself
  if (lacking.length > 0 && runs > 1) throw new Error(`the recording has no ${lacking.join(', ')}: they were given up`);
  const costs = Object.entries(byKind).map(([kind, ms]) => (ms * (run.units[kind] ?? 0)) / recorded.units[kind]);
  return costs.reduce((sum, ms) => sum + ms, 0);
}

console.log(
  `${runs} interleaved runs of ${sessions} sessions x ${values.seconds} s${pinning ? '' : ' (no taskset: not pinned)'}`,
);
const recorded = await record();
console.log('recorded', JSON.stringify(recorded.counts));

// Both sides live through all runs and do the same work before they are measured, until V8 has compiled what is called
// once a window too: that is what a service runs that lives for days. Bare runs before and after each run of the service, which is set against the mean of the two:
// a machine that gets slower or faster meanwhile does so for both.
const service = await startService(SERVICE_CORE);
for (let pass = 1; pass <= warmUpPasses; pass++) {
  await service.ask('mark');
  await generate(service.url, FROM_MS, toMs);
  const { main } = await service.ask('report');
  console.log(`warm-up ${pass}: main thread ${main.cpuMs.toFixed(0)} ms`);
}
const bare = await startBare(SERVICE_CORE, recording); // warms up once by itself
for (let pass = 2; pass <= warmUpPasses; pass++) await bare.ask('report');
const whole = [];
const scaled = [];
let before = await bare.ask('report');
for (let run = 1; run <= runs; run++) {
  const pass = await wholePass(service);
  const after = await bare.ask('report');
  whole.push(pass);
  scaled.push((bareFor(pass, before.byKind) + bareFor(pass, after.byKind)) / 2);
  before = after;
  const perSecond = (ms) => (ms / pass.conversationSeconds).toFixed(1);
  console.log(
    `run ${run}: bare ${perSecond(scaled.at(-1))}, whole ${perSecond(pass.cpuMs)} ms CPU a conversation second, ` +
      `main thread ${perSecond(pass.main.cpuMs)}; overhead p95 ${quantile(overheads(pass), 0.95).toFixed(1)} ms; ` +
      `jobs ${JSON.stringify(pass.counts)}`,
  );
}
await bare.stop();
await service.stop();
const loops = [];
for (let run = 1; sessions === SESSIONS && run <= Math.min(runs, 3); run++) loops.push(await loopRun());
rmSync(folder, { recursive: true, force: true });

const command = sessions === SESSIONS ? 'npm run bench' : `npm run bench -- --sessions ${sessions}`;
keep(
  sessions === SESSIONS ? 'overhead' : `overhead-${sessions}`,
  [
    figure(
      'bare CPU per conversation second',
      whole.map((w, at) => scaled[at] / w.conversationSeconds),
      'ms',
    ),
    figure(
      'whole CPU per conversation second',
      whole.map((w) => w.cpuMs / w.conversationSeconds),
      'ms',
    ),
    figure(
      'whole less bare per conversation second',
      whole.map((w, at) => (w.cpuMs - scaled[at]) / w.conversationSeconds),
      'ms',
      { atMost: 8 },
    ),
    figure(
      'bare / whole',
      whole.map((w, at) => scaled[at] / w.cpuMs),
      'ratio',
      { atLeast: 0.85 },
    ),
    interval(
      'its mean, from and to: the 95 % interval of the mean',
      whole.map((w, at) => (w.cpuMs - scaled[at]) / w.conversationSeconds),
      'ms',
    ),
    figure(
      'main thread CPU per conversation second',
      whole.map((w) => w.main.cpuMs / w.conversationSeconds),
      'ms',
    ),
    figure(
      'wake-ups of the main thread per conversation second',
      whole.map((w) => w.main.wakeUps / w.conversationSeconds),
      'count',
    ),
    figure(
      'jobs per conversation second',
      whole.map((w) => Object.values(w.counts).reduce((sum, count) => sum + count, 0) / w.conversationSeconds),
      'count',
    ),
    figure(
      'share of its core that the service took',
      whole.map((w) => w.busy),
      'ratio',
    ),
    figure(
      'resident memory at the end',
      whole.map((w) => w.rssBytes / 2 ** 20),
      'MiB',
    ),
  ],
  command,
);
if (sessions !== SESSIONS) process.exit();
const stage = (name, share) =>
  whole.map((w) =>
    quantile(
      w.stages.map((s) => s[name]),
      share,
    ),
  );
keep(
  'latency',
  [
    figure(
      'overhead after the watermark, p95, 4 sessions',
      whole.map((w) => quantile(overheads(w), 0.95)),
      'ms',
      {
        atMost: 25,
      },
    ),
    figure(
      'overhead after the watermark, p50',
      whole.map((w) => median(overheads(w))),
      'ms',
    ),
    figure('of it until durable, p95', stage('persist', 0.95), 'ms'),
    figure('wait for a worker, p50', stage('wait', 0.5), 'ms'),
    figure('wait for a worker, p95', stage('wait', 0.95), 'ms'),
    figure('model time, p50', stage('model', 0.5), 'ms'),
    figure('model time, p95', stage('model', 0.95), 'ms'),
    figure(
      'event-loop delay p99, 4 sessions',
      loops.map((run) => run.loaded),
      'ms',
      { atMost: 10 },
    ),
    figure(
      'event-loop delay p99, idle',
      loops.map((run) => run.idle),
      'ms',
    ),
    figure(
      'assessments in a run',
      whole.map((w) => w.stages.length),
      'count',
    ),
  ],
  command,
);
