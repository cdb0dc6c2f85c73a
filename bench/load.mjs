// `npm run bench:load -- --sessions 1,4,8`: live conversations from recordings against a service, one run for each number.
// Prints percentiles and draws them into --out; keeps no figures. Exit status 3: a run is void.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOAD_OPTIONS, loadOptions } from './load/options.mjs';
import { SHARES, table } from './load/percentiles.mjs';
import { loadRun, runLine } from './load/run.mjs';
import { byConversations, distribution } from './load/svg.mjs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    ...LOAD_OPTIONS,
    sessions: { type: 'string', default: '4' },
    out: { type: 'string', default: '.rapport/load' },
  },
});
const options = loadOptions(values);
const runs = [];
for (const sessions of values.sessions.split(',').map(Number)) {
  const run = await loadRun({ ...options, sessions });
  console.log(runLine(run));
  runs.push(run);
}

const shares = Object.keys(SHARES);
const rows = (name) =>
  runs.map((run) => [
    `${run.sessions} live, ${name}`,
    String(run[name].count),
    ...shares.map((s) => run[name][s]),
    run[name].max,
  ]);
console.log(
  `\nms after the intended end of window or utterance\n${table(['', 'count', ...shares, 'max'], [...rows('assessments'), ...rows('finals')])}`,
);
mkdirSync(values.out, { recursive: true });
const limitMs = 1000;
writeFileSync(join(values.out, 'conversations.svg'), byConversations('Assessments', [{ name: '', runs }], limitMs));
const named = runs.map((run) => ({ name: `${run.sessions} live`, values: run.values }));
writeFileSync(join(values.out, 'distribution.svg'), distribution('Assessments', named, limitMs));
console.log(`\npictures: ${values.out}`);
process.exit(runs.some((run) => run.void.length > 0) ? 3 : 0);
