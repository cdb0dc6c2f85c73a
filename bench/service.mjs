// The service under measurement, in a process of its own, told what to do over IPC:
// {do: 'mark'} begins a measurement, {do: 'report'} ends it, {do: 'stop'} ends the process.
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { serialize } from 'node:v8';
import { readConfig } from '../dist/config/config.js';
import { RESULT_STORE } from '../dist/delivery/result-feed.js';
import { WorkerPool } from '../dist/models/runtime/worker-pool.js';
import { METER } from '../dist/ops/service-meter.js';
import { createService, listen } from '../dist/service.js';
import { percentiles } from './load/percentiles.mjs';

const config = readConfig();
const recordTo = process.env.BENCH_RECORD;
const jobs = [];
const counts = {};
const units = {};

/** Passes jobs on and counts them; keeps their inputs when a recording is asked for. */
class WatchedPool {
  constructor(pool) {
    this.pool = pool;
  }
  get models() {
    return this.pool.models;
  }
  get liveWorkers() {
    return this.pool.liveWorkers;
  }
  submit(kind, input, options) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    units[kind] = (units[kind] ?? 0) + size(kind, input);
    if (recordTo) jobs.push({ kind, input: structuredClone(input), atMs: performance.now() - markMs });
    return this.pool.submit(kind, input, options);
  }
  close() {
    return this.pool.close();
  }
}

/** What a job costs in: samples, bytes, characters or rows. */
function size(kind, input) {
  if (kind === 'voice-activity') return input.samples.length;
  if (kind === 'voice-tokens' || kind === 'transcript') return input.pcm.length;
  if (kind === 'face-tokens') return input.still.length;
  return kind === 'fusion' ? input.subsets.length : input.text.length;
}

const { modelsDir, workers, providers } = config;
const pool = await WorkerPool.start({ modelsDir, workers, providers });
const app = await createService(config, { pool: new WatchedPool(pool) });
const port = await listen(app, config);

/** From the assessment handed to delivery to its durable append, after which it is sent: ms. */
const persistMs = [];
const stages = [];
const store = app.get(RESULT_STORE);
const append = store.append.bind(store);
store.append = async (session, result) => {
  const startMs = performance.now();
  const record = await append(session, result);
  if (result.type === 'rapport.window.assessed') {
    persistMs.push(performance.now() - startMs);
    stages.push(result.data.stageMs);
  }
  return record;
};

// Watching the loop wakes it a thousand times a second, which costs CPU of its own: only in runs that ask for it.
const delay = monitorEventLoopDelay({ resolution: 1 });
if (process.env.BENCH_LOOP) delay.enable();
let markCpu;
let markMs;
let markMain;

/** CPU of this thread, ms, and how often it slept and was woken; zeros where the system does not tell (Linux does). */
function mainThread() {
  try {
    const task = `/proc/self/task/${process.pid}`;
    const [cpuNs] = readFileSync(`${task}/schedstat`, 'utf8').split(' ');
    const [, wakeUps] = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`${task}/status`, 'utf8'));
    return { cpuMs: Number(cpuNs) / 1e6, wakeUps: Number(wakeUps) };
  } catch {
    return { cpuMs: 0, wakeUps: 0 };
  }
}

/** Every time that a stage took, where a run asks for them: {stage: [ms]}. */
const stageTimes = {};
if (process.env.BENCH_STAGES) {
  const meter = app.get(METER);
  const record = meter.record.bind(meter);
  meter.record = (stage, ms) => {
    (stageTimes[stage] ??= []).push(ms);
    record(stage, ms);
  };
}

const actions = {
  mark() {
    markCpu = process.cpuUsage();
    markMs = performance.now();
    markMain = mainThread();
    delay.reset();
    persistMs.length = stages.length = jobs.length = 0;
    for (const times of Object.values(stageTimes)) times.length = 0;
    for (const table of [counts, units]) for (const kind of Object.keys(table)) delete table[kind];
    process.send({ marked: true });
  },
  report() {
    const { user, system } = process.cpuUsage(markCpu);
    const main = mainThread();
    if (recordTo) writeFileSync(recordTo, serialize(jobs));
    process.send({
      cpuMs: (user + system) / 1000,
      busy: (user + system) / 1000 / (performance.now() - markMs),
      main: { cpuMs: main.cpuMs - markMain.cpuMs, wakeUps: main.wakeUps - markMain.wakeUps },
      counts: { ...counts },
      units: { ...units },
      stages: stages.map((stage, at) => ({ ...stage, persist: persistMs[at] })),
      loopDelayMs: { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
      stageTimes: Object.fromEntries(Object.entries(stageTimes).map(([stage, times]) => [stage, percentiles(times)])),
      rssBytes: process.memoryUsage().rss,
    });
  },
  /** What came since the last one, and where memory stands: a measurement of hours in pieces. */
  sample() {
    const cpu = process.cpuUsage(markCpu);
    markCpu = process.cpuUsage();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    process.send({
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      arrayBufferBytes: arrayBuffers,
      handles: process.getActiveResourcesInfo().length,
      cpuMs: (cpu.user + cpu.system) / 1000,
      afterWatermarkMs: stages.map(({ wait, model, overhead }, at) => wait + model + overhead + persistMs[at]),
    });
    persistMs.length = stages.length = 0;
  },
  async stop() {
    await app.close();
    process.disconnect();
  },
};
process.on('message', (message) => void actions[message.do]());
process.send({ port });
