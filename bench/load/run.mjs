// One run at one number of live conversations: a fresh service, the generator beside it, and what to make of the result.
import { spawn } from 'node:child_process';
import { onCore, startService } from '../processes.mjs';
import { percentiles } from './percentiles.mjs';

/** The generator must not be what is measured: a run beyond either bound is void. */
const MAX_GENERATOR_CORE = 0.7;
const MAX_SEND_LATE_P99_MS = 10;
/** Media goes on behind the measured stretch, so that its last windows close as all others. */
const TAIL_MS = 3000;
/** Latency that grows by more than this from the first third of the measured stretch to the last has no steady state. */
const MAX_GROWTH = 1.5;
const GROWTH_SLACK_MS = 500;

/**
 * Arrivals over `rampMs`, then `warmUpMs` in which queues find their length, then `measureMs` that counts: windows and
 * utterances that end within it.
 */
export async function loadRun(options) {
  const { sessions, seed, mix, folder, language, rampMs, warmUpMs, measureMs, generatorCore, url } = options;
  const service = url === undefined ? await startOwn(options) : undefined;
  const measureFromMs = rampMs + warmUpMs;
  const measureToMs = measureFromMs + measureMs;
  const order = {
    ...{ sessions, seed, mix, folder, language, rampMs, measureFromMs, measureToMs, core: generatorCore },
    url: url ?? service.url,
    apiKey: options.apiKey,
    endMs: measureToMs + TAIL_MS,
  };
  let served;
  const report = await generate(generatorCore, order, {
    measuring: () => service?.ask('mark'),
    measured: async () => {
      served = await service?.ask('report');
    },
  });
  await service?.stop();
  return judge({ sessions, measureFromMs, measureMs, ...report, served });
}

function startOwn({ serviceCores, workers, modelsDir, sessions }) {
  return startService(serviceCores, {
    BENCH_STAGES: '1',
    RAPPORT_MODELS_DIR: modelsDir,
    RAPPORT_WORKERS: String(workers),
    RAPPORT_MAX_SESSIONS: String(sessions + 1),
  });
}

async function generate(core, order, on) {
  const [command, args] = onCore(core, ['bench/load/generator.mjs']);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  let report;
  const asked = [];
  child.on('message', (message) => {
    for (const [name, act] of Object.entries(on)) if (message[name]) asked.push(act());
    report ??= message.report;
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  await Promise.all(asked);
  if (report === undefined) throw new Error(`the generator ended with ${code}`);
  return report;
}

/** What happened, whether it counts (`void`: why not), and whether it can go on like this (`unsteady`: why not). */
function judge({
  sessions,
  measureFromMs,
  measureMs,
  assessments,
  finals,
  sendLateMs,
  heldMs,
  use,
  seen,
  problems,
  served,
}) {
  const ms = (list) => list.map(({ latencyMs }) => latencyMs);
  const halfMs = measureFromMs + measureMs / 2;
  const degraded = seen['rapport.window.degraded'] ?? 0;
  const grown = (name, list) => (grows(list, measureFromMs, measureMs) ? [`${name} get later and later`] : []);
  return {
    sessions,
    assessments: percentiles(ms(assessments)),
    finals: percentiles(ms(finals)),
    halvesP95Ms: [
      percentiles(ms(assessments.filter(({ atMs }) => atMs < halfMs))).p95,
      percentiles(ms(assessments.filter(({ atMs }) => atMs >= halfMs))).p95,
    ],
    values: Float64Array.from(ms(assessments)).sort(),
    generator: { ...use, sendLateMs, heldMs },
    served,
    void: [
      ...(use.core > MAX_GENERATOR_CORE ? [`the generator's core is ${percent(use.core)} busy`] : []),
      ...(sendLateMs.p99 > MAX_SEND_LATE_P99_MS ? [`sends are ${sendLateMs.p99.toFixed(1)} ms late at p99`] : []),
    ],
    unsteady: [
      ...(assessments.length === 0 ? ['no assessment came'] : []),
      ...(degraded > 0 ? [`${degraded} windows degraded`] : []),
      ...(problems.length > 0 ? [`${problems.length} sessions: ${[...new Set(problems)].join(', ')}`] : []),
      ...grown('assessments', assessments),
      ...grown('finals', finals),
    ],
  };
}

function grows(list, fromMs, lengthMs) {
  const third = lengthMs / 3;
  const medianIn = (at) =>
    percentiles(
      list
        .filter(({ atMs }) => atMs >= fromMs + at * third && atMs < fromMs + (at + 1) * third)
        .map(({ latencyMs }) => latencyMs),
    ).p50;
  return medianIn(2) > MAX_GROWTH * medianIn(0) + GROWTH_SLACK_MS;
}

export const percent = (share) => `${Math.round(share * 100)} %`;

/** A run in one line. */
export function runLine(run) {
  const { assessments: a, finals, generator, served } = run;
  const busy = served === undefined ? '' : `, service ${percent(served.busy)} of a core`;
  return (
    `${run.sessions} live: assessments p50 ${seconds(a.p50)}, p95 ${seconds(a.p95)}, p99.9 ${seconds(a['p99.9'])} s (${a.count}); ` +
    `finals p50 ${seconds(finals.p50)}, p95 ${seconds(finals.p95)} s (${finals.count})${busy}; ` +
    `generator's core ${percent(generator.core)}, sends p99 ${generator.sendLateMs.p99.toFixed(1)} ms late` +
    [...run.unsteady, ...run.void.map((reason) => `VOID: ${reason}`)].map((reason) => `; ${reason}`).join('')
  );
}

const seconds = (ms) => (Number.isFinite(ms) ? (ms / 1000).toFixed(2) : '-');
