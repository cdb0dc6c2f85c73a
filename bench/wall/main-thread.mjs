// The tasks of a page's main thread, by Chromium's own trace: how long each took on the clock, and of it on the CPU. A machine that
// is busy with other things makes the first longer and not the second.
import { writeFileSync } from 'node:fs';

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing'];
const TASKS = new Set(['RunTask', 'ThreadControllerImpl::RunTask']);
/** Of the page that is measured, in the trace of all of the browser. */
const MARK = 'bench-wall';

export class MainThread {
  #events = [];

  static async of(page) {
    const traced = new MainThread(page);
    page.on('Tracing.dataCollected', ({ value }) => traced.#events.push(...value));
    const traceConfig = { recordMode: 'recordAsMuchAsPossible', includedCategories: CATEGORIES };
    await page.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
    return traced;
  }

  constructor(page) {
    this.page = page;
  }

  /** [{atMs, ms, cpuMs}] of the document that is there now, `atMs` from its beginning. */
  async tasks(keepTo) {
    const markedMs = await this.page.run(`return performance.mark('${MARK}').startTime`);
    const over = new Promise((resolve) => this.page.on('Tracing.tracingComplete', resolve));
    await this.page.send('Tracing.end');
    await over;
    this.page.on('Tracing.dataCollected', undefined);
    if (keepTo !== undefined) writeFileSync(keepTo, JSON.stringify({ traceEvents: this.#events }));
    const mark = this.#events.find(({ name }) => name === MARK);
    if (mark === undefined) throw new Error('bench:wall: the trace has nothing of the page.');
    const own = this.#events.filter(
      ({ pid, tid, name, ph }) => pid === mark.pid && tid === mark.tid && ph === 'X' && TASKS.has(name),
    );
    // a task within another is of it
    const tasks = [];
    let endUs = -Infinity;
    // the trace leaves a CPU time of nothing out
    for (const { ts, dur, tdur = 0 } of own.sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      const atMs = (ts - mark.ts) / 1000 + markedMs;
      if (ts < endUs || atMs < 0) continue;
      endUs = ts + dur;
      tasks.push({ atMs, ms: dur / 1000, cpuMs: tdur / 1000 });
    }
    return tasks;
  }
}
