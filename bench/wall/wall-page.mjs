// The wall in a real Chromium, seen from outside: where it stands, what it takes, what is in its memory.
import { createRequire } from 'node:module';
import { DEVELOPMENT_KEY } from '../../dist/config/config.js';

const require = createRequire(import.meta.url);
require('../../test/delivery/support/register-swc.cjs');
export const { CHROMIUM } = require('../../test/support/chromium.ts');
const { DevtoolsPage } = require('../../test/support/devtools.ts');

/** Of the first picture of the wall; a page that does not come is told of, ms. */
const LIMIT_MS = 30_000;
/** As supervisors have it. */
const SCREEN = { width: 1600, height: 900, deviceScaleFactor: 1, mobile: false };

/** Runs in every document before its own scripts: when what was waited for was first to be seen. */
const watchLoad = (isThere) => `
  window.bench = { readyMs: undefined };
  const look = () => {
    if (!(${isThere})) return requestAnimationFrame(look);
    // the frame with it is behind us when the next one begins
    requestAnimationFrame(() => { window.bench.readyMs = performance.now(); });
  };
  requestAnimationFrame(look);
`;

/** For `loadWall`. */
export const HAS_CARDS = (count) => `document.querySelectorAll('.cards .card').length >= ${count}`;
export const IS_LIVE = `document.querySelector('.line')?.dataset.line === 'live'`;

/** A browser that is logged in, before the wall is loaded. Nothing of the page is in its cache when it is. */
export async function openBrowser(http) {
  const page = await DevtoolsPage.open(`${http}/wall`);
  await page.send('Page.enable');
  await page.send('Network.enable');
  await page.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.send('Performance.enable');
  await page.send('Emulation.setDeviceMetricsOverride', SCREEN);
  const asked = { method: 'POST', body: JSON.stringify({ user: 'development', password: DEVELOPMENT_KEY }) };
  const status = await page.run(`return (await fetch('/v1/login', ${JSON.stringify(asked)})).status`);
  if (status !== 200) throw new Error(`bench:wall: the log-in was answered with ${status}.`);
  return page;
}

/** Loads the wall and resolves once what is waited for was to be seen, to ms since the load was asked for. */
export async function loadWall(page, http, isThere) {
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: watchLoad(isThere) });
  // another page between: the same address with another fragment would load nothing
  await page.send('Page.navigate', { url: 'about:blank' });
  await page.send('Page.navigate', { url: `${http}/wall#/wall` });
  const untilMs = performance.now() + LIMIT_MS;
  for (;;) {
    const readyMs = await page.run('return window.bench?.readyMs').catch(() => undefined);
    if (readyMs !== undefined) return readyMs;
    if (performance.now() > untilMs) throw new Error(`bench:wall: not in ${LIMIT_MS} ms: ${isThere}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** {cpuMs: of the page's process, heapBytes, nodes, listeners} */
export async function measures(page) {
  const { metrics } = await page.send('Performance.getMetrics');
  const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return {
    cpuMs: of.ProcessTime * 1000,
    heapBytes: of.JSHeapUsedSize,
    nodes: of.Nodes,
    listeners: of.JSEventListeners,
  };
}

/** Collections of which the best is taken, and the time between two: 20 s in all, in which each call of an accelerated wall ends once. */
const COLLECTIONS = 40;
const COLLECT_EVERY_MS = 500;

/**
 * The same of what is retained: each figure straight behind a collection, and the least of several. What a full wall has on it goes up
 * and down with its calls, by a third within seconds; what is leaked stays in the least of it too.
 */
export async function retained(page) {
  const looks = [];
  for (let i = 0; i < COLLECTIONS; i += 1) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, COLLECT_EVERY_MS));
    // not awaited one by one: the page would go on meanwhile
    const [, look] = await Promise.all([page.send('HeapProfiler.collectGarbage'), measures(page)]);
    looks.push(look);
  }
  const least = (name) => Math.min(...looks.map((look) => look[name]));
  return { ...looks.at(-1), heapBytes: least('heapBytes'), nodes: least('nodes'), listeners: least('listeners') };
}
