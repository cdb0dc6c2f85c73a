// The figures of `npm run bench:capacity`, and how those of a few counts join the ones that were kept before.
import { figure } from '../figures.mjs';

const STAGES = ['receive', 'decode', 'queue', 'encode', 'fuse', 'persist', 'send'];
const SHARES = ['p50', 'p95', 'p99', 'p99.9'];

const valueId = (name) => `${name}: live conversations with assessments p95 within 1 s of the window's end`;
const latencyId = (name, count, share) => `${name}, ${count} live: assessments ${share} after the window's end`;
const steadyId = (name, count) => `${name}, ${count} live: steady`;
/** {name, count} of a row; the value of a model set has no count. */
const placeOf = ({ id }) => {
  const [, name, count] = /^(.*?)(?:, (\d+) live)?: /.exec(id);
  return { name, count: count === undefined ? 0 : Number(count) };
};

/** The largest count that passed, `high` the smallest that did not. */
export function capacityValue(name, { low, high }) {
  return { ...figure(valueId(name), [low], 'conversations'), low, high: Number.isFinite(high) ? high : low };
}

/** Of a set of runs {name, runs: Map of count to runs}. */
export function capacityRows({ name, runs: byCount }) {
  const rows = [];
  for (const [count, runs] of [...byCount].sort(([a], [b]) => a - b)) {
    const row = (id, unit, read) => rows.push(figure(id, runs.map(read), unit));
    const about = (what) => `${name}, ${count} live: ${what}`;
    for (const share of SHARES) row(latencyId(name, count, share), 'ms', (run) => run.assessments[share]);
    row(about("finals p95 after the utterance's end"), 'ms', (run) => run.finals.p95);
    row(steadyId(name, count), 'share of runs', (run) => (run.unsteady.length === 0 ? 1 : 0));
    row(about('CPU of the service'), 'cores', (run) => run.served.busy);
    row(about("busy share of the generator's core"), 'ratio', (run) => run.generator.core);
    row(about('sends late, p99'), 'ms', (run) => run.generator.sendLateMs.p99);
  }
  return rows.map((row) => ({ ...row, value: finite(row.value), low: finite(row.low), high: finite(row.high) }));
}

/** JSON knows no NaN; nothing came. */
const finite = (value) => (Number.isFinite(value) ? value : null);

export function stageRows({ name, runs }, counts) {
  return counts.flatMap((count) =>
    STAGES.flatMap((stage) =>
      ['p50', 'p95'].map((share) => {
        const values = runs.get(count).map((run) => run.served.stageTimes[stage]?.[share] ?? 0);
        return figure(`${name}, ${count} live: ${stage} ${share}`, values, 'ms');
      }),
    ),
  );
}

/**
 * The rows kept before with the fresh ones in their place, by model set and count; each says its command and commit.
 * `names`: model sets whose value is told anew, from all rows of theirs.
 */
export function merged(before, fresh, { names = [], limitMs } = {}) {
  const ids = new Set([...fresh.map(({ id }) => id), ...names.map(valueId)]);
  const rows = [...before.filter(({ id }) => !ids.has(id)), ...fresh];
  for (const name of names) rows.push(capacityValue(name, passing(rows, name, limitMs)));
  const order = [...new Set(rows.map((row) => placeOf(row).name))];
  const key = (row) => [order.indexOf(placeOf(row).name), placeOf(row).count];
  return rows.sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
}

/** {low, high} as rows tell it: every run of a count within the limit and steady. */
function passing(rows, name, limitMs) {
  const one = (id) => rows.find((row) => row.id === id);
  const counts = countsOf(rows, name);
  const isGood = (count) => one(latencyId(name, count, 'p95')).high <= limitMs && one(steadyId(name, count)).low === 1;
  const high = counts.find((count) => !isGood(count)) ?? Infinity;
  return { low: counts.filter((count) => count < high).at(-1) ?? 0, high };
}

function countsOf(rows, name) {
  const counts = rows.map(placeOf).filter((place) => place.name === name && place.count > 0);
  return [...new Set(counts.map(({ count }) => count))].sort((a, b) => a - b);
}

/** What the picture shows: [{name, runs: [{sessions, assessments: {p50, p95, p99}}]}]. */
export function pointsOf(rows) {
  return [...new Set(rows.map((row) => placeOf(row).name))].map((name) => ({
    name,
    runs: countsOf(rows, name).map((sessions) => ({
      sessions,
      assessments: Object.fromEntries(
        SHARES.map((share) => [share, rows.find(({ id }) => id === latencyId(name, sessions, share)).value]),
      ),
    })),
  }));
}
