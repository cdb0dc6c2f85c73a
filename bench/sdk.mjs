// What the SDK costs the page that uses it, in a real Chromium against a service with nothing behind: CPU of the renderer,
// memory, and what of the tasks of its main thread longer than 50 ms was script of ours (bench/sdk/tasks.mjs). Microphone and
// camera at real pace for a minute, beside a page that only has them open, then an hour's call, 20 times faster. About 6 minutes.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { figure, keep } from './figures.mjs';
import { startNullService } from './sdk/null-service.mjs';

const require = createRequire(import.meta.url);
require('../test/delivery/support/register-swc.cjs');
const { CHROMIUM } = require('../test/support/chromium.ts');
const { DevtoolsPage } = require('../test/support/devtools.ts');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'live-seconds': { type: 'string', default: '60' },
    pace: { type: 'string', default: '20' },
  },
});
const [minutes, liveSeconds, pace] = [values.minutes, values['live-seconds'], values.pace].map(Number);
if (CHROMIUM === undefined) {
  console.error('bench:sdk: there is no Chromium; set CHROME_BIN.');
  process.exit(1);
}
if (spawnSync(process.execPath, ['scripts/sdk.mjs', '--bundle'], { stdio: 'inherit' }).status !== 0) process.exit(1);

const service = await startNullService();
await provesItself();
const bare = await measured('/?bare=1', liveSeconds * 1000, 1);
const live = await measured('/', liveSeconds * 1000, 1);
const before = { ...service.seen };
const hour = await measured(`/?pace=${pace}`, minutes * 60_000, pace);
service.close();

const perMediaSecond = ({ cpuMs, mediaMs }) => cpuMs / (mediaMs / 1000);
keep(
  'sdk',
  [
    figure('CPU of a page with a call at real pace, voice and 2 stills a second', [perMediaSecond(live)], 'ms/s'),
    figure('CPU of a page that only has both devices open', [perMediaSecond(bare)], 'ms/s'),
    figure('CPU of the SDK: the difference', [perMediaSecond(live) - perMediaSecond(bare)], 'ms/s'),
    figure('tasks over 50 ms at real pace, of the SDK', [live.tasks.ours.over50], 'count', { atMost: 0 }),
    figure('tasks over 50 ms at real pace, of anybody', [live.tasks.longMs.length], 'count'),
    figure('gaps declared at real pace', [live.gaps], 'count', { atMost: 0 }),
    figure('media of the accelerated call', [hour.mediaMs / 60_000], 'min'),
    figure('CPU of its page for a second of the call', [perMediaSecond(hour)], 'ms/s'),
    figure('stills sent', [service.seen.stills - before.stills], 'count'),
    figure('results heard', [hour.results], 'count'),
    // A machine that is late by 25 ms is late by half a second at 20 times the pace: that is a hole then.
    figure('gaps declared, accelerated', [hour.gaps], 'count'),
    figure('tasks over 50 ms, accelerated, of the SDK', [hour.tasks.ours.over50], 'count', { atMost: 0 }),
    figure('tasks over 50 ms, accelerated, of anybody', [hour.tasks.longMs.length], 'count'),
    figure('longest of these', [Math.max(0, ...hour.tasks.longMs)], 'ms'),
    figure('longest run of the SDK in a frame over 50 ms', [hour.tasks.ours.longestMs], 'ms'),
    figure('JavaScript heap after a tenth of the call', [hour.firstHeapBytes / 2 ** 20], 'MiB'),
    figure('JavaScript heap at half of the call', [hour.halfHeapBytes / 2 ** 20], 'MiB'),
    figure('JavaScript heap at its end', [hour.lastHeapBytes / 2 ** 20], 'MiB'),
    // Until then what the SDK keeps for who may read it later fills up: 1,024 messages, and the ids of 4,096 results.
    figure('heap, end / at half of the call', [hour.lastHeapBytes / hour.halfHeapBytes], 'ratio', { atMost: 1.2 }),
    figure('heap, end / after a tenth of the call', [hour.lastHeapBytes / hour.firstHeapBytes], 'ratio'),
  ],
  `npm run bench:sdk -- --minutes ${minutes} --live-seconds ${liveSeconds} --pace ${pace}`,
);

/** Who listens to results runs within a task of the SDK's: one who takes 80 ms each time must be seen as a long task of it. */
async function provesItself() {
  const page = await opened('/');
  try {
    const over50 = await page.run(`
      session.on('rapport.window.assessed', () => { for (const endMs = performance.now() + 80; performance.now() < endMs; ); });
      for (let i = 0; i < 100 && tasks.ours.over50 === 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      return tasks.ours.over50;`);
    if (over50 === 0) throw new Error('bench:sdk sees no long tasks of the SDK, and could not tell of any.');
  } finally {
    await page.close();
  }
}

/** A page whose devices run. */
async function opened(path) {
  const page = await DevtoolsPage.open(`${service.url}${path}`);
  await page.run(`
    for (let i = 0; i < 2000 && !window.begin; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await window.begin();`);
  return page;
}

/** A call of so much media, from when its devices run. */
async function measured(path, mediaMs, times) {
  const page = await opened(path);
  try {
    await page.send('Performance.enable', {});
    const begunMs = await page.run('return session.mediaMs');
    const begun = await metrics(page);
    await page.run('window.tasks.clear()');
    await until(page, begunMs + mediaMs / 10, times);
    const firstHeapBytes = await heapBytes(page);
    await until(page, begunMs + mediaMs / 2, times);
    const halfHeapBytes = await heapBytes(page);
    await until(page, begunMs + mediaMs, times);
    const state = await page.run('return { tasks, results, gaps, mediaMs: session.mediaMs }');
    const cpuMs = ((await metrics(page)).ProcessTime - begun.ProcessTime) * 1000;
    const lastHeapBytes = await heapBytes(page);
    return { ...state, mediaMs: state.mediaMs - begunMs, cpuMs, firstHeapBytes, halfHeapBytes, lastHeapBytes };
  } finally {
    await page.close();
  }
}

async function until(page, mediaMs, times) {
  for (;;) {
    const leftMs = (mediaMs - (await page.run('return session.mediaMs'))) / times;
    if (leftMs <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, 5000)));
  }
}

async function metrics(page) {
  const { metrics } = await page.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

async function heapBytes(page) {
  await page.send('HeapProfiler.collectGarbage');
  return (await metrics(page)).JSHeapUsedSize;
}
