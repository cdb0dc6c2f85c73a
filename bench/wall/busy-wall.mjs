// A wall with many live conversations: when it can be used, what it takes, how long its main thread is away; and its memory when
// half an hour goes by faster.
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';
import { figure } from '../figures.mjs';
import { startFedService } from '../processes.mjs';
import { compiledCode } from './compiled-code.mjs';
import { MainThread } from './main-thread.mjs';
import { HAS_CARDS, loadWall, measures, openBrowser, retained } from './wall-page.mjs';

const LONG_MS = 50;
/** A task longer than this may cost a picture; counted to see what changes: they are enough to be more than chance. */
const FRAME_MS = 16;
/** Of a conversation, media: where one ends another begins. */
const CALL_MS = 300_000;
const PAST_CALL_MS = 45_000;
/** What history may take to read the past ones, ms. */
const HISTORY_LIMIT_MS = 120_000;

/** @param keepTraceTo a file for the trace, to look for what long tasks consist of */
export async function busyWall({ recording, live, past, seconds, keepTraceTo }) {
  const { service, http } = await fedService(recording, past);
  const page = await openBrowser(http);
  try {
    await service.ask('live', { recording, count: live, lengthMs: CALL_MS, pace: 1 });
    const thread = await MainThread.of(page);
    const readyMs = await loadWall(page, http, HAS_CARDS(live));
    // what came into being with the load is of the load
    await pause(1000);
    const before = await measures(page);
    const begunMs = performance.now();
    await pause(seconds * 1000);
    const cpuMs = (await measures(page)).cpuMs - before.cpuMs;
    const tookMs = performance.now() - begunMs;
    const tasks = await thread.tasks(keepTraceTo);
    const over = (name, ms = LONG_MS) => tasks.filter((task) => task[name] > ms);
    const longest = (name) => Math.max(...tasks.map((task) => task[name]));
    const lastLong = over('ms')
      .filter(({ atMs }) => atMs < readyMs + 5000)
      .at(-1);
    return [
      figure('live conversations', [live], 'count'),
      figure('conversations in history', [past], 'count'),
      figure('all cards there, after the load began', [readyMs], 'ms'),
      figure('interactive: no task over 50 ms for 5 s after it', [Math.max(readyMs, lastLong === undefined ? 0 : lastLong.atMs + lastLong.ms)], 'ms', { atMost: 2000 }), // prettier-ignore
      figure('CPU of the page', [cpuMs / tookMs], 'cores', { atMost: 0.5 }),
      figure('seconds watched', [tookMs / 1000], 's'),
      figure('tasks of the main thread, load and watched', [tasks.length], 'count'),
      figure('of them over 50 ms', [over('ms').length], 'count', { atMost: 0 }),
      figure('of them over 50 ms of CPU', [over('cpuMs').length], 'count', { atMost: 0 }),
      figure('of them over 16 ms', [over('ms', FRAME_MS).length], 'count'),
      figure('CPU of them all', [tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0)], 'ms'),
      figure('longest task', [longest('ms')], 'ms'),
      figure('longest task, CPU', [longest('cpuMs')], 'ms'),
    ];
  } finally {
    await page.close();
    await service.stop();
  }
}

/** Memory, while `minutes` of conversation go by `pace` times faster. */
export async function longWatch({ recording, live, past, minutes, pace }) {
  const { service, http } = await fedService(recording, past);
  const page = await openBrowser(http);
  try {
    await service.ask('live', { recording, count: live, lengthMs: CALL_MS, pace });
    await loadWall(page, http, HAS_CARDS(live));
    const wholeMs = (minutes * 60_000) / pace;
    const begunMs = performance.now();
    const at = async (share) => {
      await pause(begunMs + wholeMs * share - performance.now());
      return { ...(await retained(page)), codeBytes: await compiledCode(page) };
    };
    const [first, half, last] = [await at(0.1), await at(0.5), await at(1)];
    const dataBytes = ({ heapBytes, codeBytes }) => heapBytes - codeBytes;
    const mib = (bytes) => bytes / 2 ** 20;
    return [
      figure('accelerated: minutes of conversation', [minutes], 'min'),
      figure('accelerated: times the real pace', [pace], 'ratio'),
      figure('accelerated: CPU of the page', [(last.cpuMs - first.cpuMs) / (wholeMs * 0.9)], 'cores'),
      figure('JavaScript heap after a tenth', [mib(first.heapBytes)], 'MiB'),
      figure('JavaScript heap at half', [mib(half.heapBytes)], 'MiB'),
      figure('JavaScript heap at the end', [mib(last.heapBytes)], 'MiB'),
      figure('heap, end / half', [last.heapBytes / half.heapBytes], 'ratio', { atMost: 1.1 }),
      figure('compiled code in it, after a tenth', [mib(first.codeBytes)], 'MiB'),
      figure('compiled code in it, at half', [mib(half.codeBytes)], 'MiB'),
      figure('compiled code in it, at the end', [mib(last.codeBytes)], 'MiB'),
      figure('heap without compiled code, end / half', [dataBytes(last) / dataBytes(half)], 'ratio', { atMost: 1.1 }),
      figure('nodes of documents, end / half', [last.nodes / half.nodes], 'ratio', { atMost: 1.1 }),
      figure('listeners, end / half', [last.listeners / half.listeners], 'ratio', { atMost: 1.1 }),
    ];
  } finally {
    await page.close();
    await service.stop();
  }
}

/** One whose history has so many conversations that are over. */
async function fedService(recording, past) {
  const service = await startFedService();
  const http = new URL(service.url.replace('ws', 'http')).origin;
  await service.ask('history', { recording, count: past, lengthMs: PAST_CALL_MS });
  const untilMs = performance.now() + HISTORY_LIMIT_MS;
  while ((await inHistory(http, past)) < past) {
    if (performance.now() > untilMs) throw new Error(`bench:wall: history has not ${past} conversations yet.`);
    await pause(500);
  }
  return { service, http };
}

/** How many there are, up to so many. */
async function inHistory(http, most) {
  let count = 0;
  for (let cursor = ''; ;) {
    const answer = await fetch(`${http}/v1/sessions?limit=100${cursor}`, {
      headers: { authorization: `Bearer ${DEVELOPMENT_KEY}` },
    });
    if (!answer.ok) throw new Error(`bench:wall: GET /v1/sessions: ${answer.status} ${await answer.text()}`);
    const { sessions, next } = await answer.json();
    count += sessions.length;
    if (next === undefined || count >= most) return count;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
