// How long after its media a result is to be seen: a real call through the real models, looked at on the page.
//
// Clocks: media began when the bench began to play it, by the wall clock of its process; the page tells when it had painted, by
// its own (`performance.timeOrigin + performance.now()`). Both are of one machine, but each process reads the wall clock once, at its
// own start; the difference is measured by round trips, of which the shortest bounds the error by half of itself.
import { streamOptions } from '../../dist/streams/stream-options.js';
import { figure, quantile } from '../figures.mjs';
import { everyCore, startService } from '../processes.mjs';
import { recordCall } from './recorded-call.mjs';
import { IS_LIVE, loadWall, openBrowser } from './wall-page.mjs';

/** An utterance closes by silence, which is longer than what is kept of it. One that is cut for its length has closed up to this earlier. */
const { endpointMs, postRollMs } = streamOptions();
const CLOSES_AFTER_END_MS = endpointMs - postRollMs;
/** A result shall be seen within this, ms. */
const TARGET_MS = 1500;
const ROUND_TRIPS = 20;

/** In the page: when each window's emotion and each final had been painted, {windows: {endMs: at}, finals: {endMs: at}}. */
const WATCH = `
  window.seen = { windows: {}, finals: {} };
  const nowMs = () => performance.timeOrigin + performance.now();
  let fresh = [];
  const look = () => {
    // what the frame before had, is painted
    for (const [kind, endMs] of fresh) window.seen[kind][endMs] = nowMs();
    fresh = [];
    const card = document.querySelector('.cards .card');
    const note = (kind, endMs) => {
      if (endMs === undefined || endMs === null || endMs in window.seen[kind]) return;
      window.seen[kind][endMs] = undefined;
      fresh.push([kind, endMs]);
    };
    note('windows', card?.dataset.windowEndMs);
    note('finals', card?.querySelector('[data-end-ms]')?.dataset.endMs);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

/** {events: of the call, figures} */
export async function seenCall({ seconds }) {
  const service = await startService(everyCore);
  const http = new URL(service.url.replace('ws', 'http')).origin;
  const page = await openBrowser(http);
  try {
    await loadWall(page, http, IS_LIVE);
    await page.run(WATCH);
    const { events, startMs } = await recordCall(service.url, { seconds });
    const { windows, finals } = await page.run('return window.seen');
    const { aheadMs, errorMs } = await clockOf(page);
    const of = (wanted) => events.filter(({ type }) => type === `rapport.${wanted}`).map(({ data }) => data);
    /** Of those that were seen: one that another came on top of before the next picture is not. */
    const after = (seen, ends, byMs) =>
      ends
        .filter((endMs) => typeof seen[endMs] === 'number')
        .map((endMs) => seen[endMs] - aheadMs - startMs - endMs - byMs);
    const assessed = of('window.assessed').filter(
      ({ subject, label }) => subject === 'customer' && label !== undefined,
    );
    const spoken = of('transcript.final').filter(({ source }) => source === 'voice');
    const ends = [assessed.map(({ windowEndMs }) => windowEndMs), spoken.map(({ endMs }) => endMs)];
    const emotionMs = after(windows, ends[0], 0);
    const finalMs = after(finals, ends[1], CLOSES_AFTER_END_MS);
    if (emotionMs.length === 0 || finalMs.length === 0) throw new Error('bench:wall: nothing of the call was seen.');
    const figures = [
      ...timed('emotion on the wall after its window', emotionMs),
      figure('windows that were seen', [emotionMs.length / ends[0].length], 'share'),
      ...timed('final on the wall after its utterance closed', finalMs),
      figure('finals that were seen', [finalMs.length / ends[1].length], 'share'),
      figure('how sure the two clocks are of each other', [errorMs], 'ms'),
    ];
    return { events, figures };
  } finally {
    await page.close();
    await service.stop();
  }
}

const timed = (name, times) => [
  figure(`${name}, p50 of ${times.length}`, [quantile(times, 0.5)], 'ms'),
  figure(`${name}, p95 of ${times.length}`, [quantile(times, 0.95)], 'ms', { atMost: TARGET_MS }),
  figure(`${name}, longest`, [Math.max(...times)], 'ms'),
];

/** How far the page's wall clock is ahead of this process's. */
async function clockOf(page) {
  let best = { errorMs: Infinity };
  for (let i = 0; i < ROUND_TRIPS; i += 1) {
    const askedMs = performance.timeOrigin + performance.now();
    const pageMs = await page.run('return performance.timeOrigin + performance.now()');
    const errorMs = (performance.timeOrigin + performance.now() - askedMs) / 2;
    if (errorMs < best.errorMs) best = { errorMs, aheadMs: pageMs - askedMs - errorMs };
  }
  return best;
}
