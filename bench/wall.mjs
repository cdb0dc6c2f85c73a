// `npm run bench:wall`: the live wall in a real Chromium against the real service. A call of real media through the real models,
// timed on the page; then many live conversations fed with its recorded results, many more in history; then half an hour of them,
// faster. About 7 minutes; `--smoke` is short and keeps nothing. `--only NAME` (call, busy, memory) measures one part and leaves the
// other figures as they are; `--recording FILE` reads the recorded results from there, or keeps them there. `--trace FILE` keeps
// the trace of the busy wall, for chrome://tracing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keep, kept, show } from './figures.mjs';
import { everyCore, startService } from './processes.mjs';
import { busyWall, longWatch } from './wall/busy-wall.mjs';
import { keepRecording, recordCall } from './wall/recorded-call.mjs';
import { seenCall } from './wall/seen-call.mjs';
import { CHROMIUM } from './wall/wall-page.mjs';

const FULL = { live: 40, past: 200, seconds: 60, 'call-seconds': 150, minutes: 30, pace: 15 };
const SMOKE = { live: 10, past: 5, seconds: 8, 'call-seconds': 20, minutes: 2, pace: 15 };
const numbers = Object.keys(FULL);
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(numbers.map((name) => [name, { type: 'string' }])),
    only: { type: 'string' },
    recording: { type: 'string' },
    trace: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
if (CHROMIUM === undefined) {
  console.error('bench:wall: there is no Chromium; set CHROME_BIN.');
  process.exit(1);
}
const [live, past, seconds, callSeconds, minutes, pace] = numbers.map((name) =>
  Number(values[name] ?? (values.smoke ? SMOKE : FULL)[name]),
);
/** Of a recording that is made for itself. */
const RECORDING_PACE = 4;
const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-wall-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const recording = values.recording ?? join(folder, 'recording.json');

const parts = {
  async call() {
    const { events, figures } = await seenCall({ seconds: callSeconds });
    if (!existsSync(recording)) keepRecording(recording, events);
    return figures;
  },
  async busy() {
    await requireRecording();
    return busyWall({ recording, live, past, seconds, keepTraceTo: values.trace });
  },
  async memory() {
    await requireRecording();
    return longWatch({ recording, live, past: 0, minutes, pace });
  },
};
const wanted = values.only === undefined ? Object.keys(parts) : values.only.split(',');
const figures = [];
for (const name of wanted) figures.push(...(await parts[name]()));
if (values.smoke) show(figures);
else {
  const changed = numbers.filter((name) => values[name] !== undefined).map((name) => ` --${name} ${values[name]}`);
  const measured = new Set(figures.map(({ id }) => id));
  const others = values.only === undefined ? [] : kept('wall').filter(({ id }) => !measured.has(id));
  keep('wall', [...others, ...figures], `npm run bench:wall${changed.length > 0 ? ` --${changed.join('')}` : ''}`);
}

async function requireRecording() {
  if (existsSync(recording)) return;
  const service = await startService(everyCore);
  const { events } = await recordCall(service.url, { pace: RECORDING_PACE, seconds: callSeconds });
  await service.stop();
  keepRecording(recording, events);
}
