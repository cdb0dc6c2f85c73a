// `npm run bench:capacity`: how many live conversations one service carries with assessments within a second of their
// window's end (95 of 100), for each model set; and what each stage takes at 1, 4 and that many.
//
// A count passes when p95 is at most a second AND the run is steady: the latency of assessments and finals does not grow
// from the first third of the measured stretch to the last, no window is skipped, every session ends whole. Without that
// rule a short run would pass while its queues still fill. The value is the largest count that passed with both seeds, its
// `high` the smallest that did not. A void run (the generator was late or its core busy) is made once more; then it ends
// with status 3 and keeps nothing.
//
// About 75 s a run, 5 to 7 runs a model set; --max-minutes bounds it all. `--counts 2,3`: just these, with both seeds, in
// place of what was kept of them before; the other rows stay, and the value is told anew from all. `--smoke`: two short runs
// a set, whatever the machine does beside it, nothing kept.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kept, keep, show } from './figures.mjs';
import { capacityRows, capacityValue, merged, pointsOf, stageRows } from './load/capacity-rows.mjs';
import { LOAD_OPTIONS, loadOptions } from './load/options.mjs';
import { loadRun, runLine } from './load/run.mjs';
import { byConversations, distribution } from './load/svg.mjs';

const LIMIT_MS = 1000;
/** Counts that every set is measured at, for the table of stages. */
const FIXED_COUNTS = [1, 4];
/** Load of the service's cores at the first guess. */
const GUESSED_LOAD = 0.95;
const MAX_COUNT = 512;

const { values } = parseArgs({
  options: {
    ...LOAD_OPTIONS,
    models: { type: 'string', default: 'models,.rapport/models-tiny.en' },
    'max-minutes': { type: 'string', default: '20' },
    counts: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const smoke = values.smoke ? { 'ramp-s': '1', 'warm-up-s': '2', 'measure-s': '6' } : {};
const options = loadOptions({ ...values, ...smoke });
const startMs = performance.now();
const wantedCounts = values.counts?.split(',').map(Number);
if (wantedCounts?.some((count) => !Number.isInteger(count) || count < 1)) throw new Error(`--counts ${values.counts}`);
const minutes = () => (performance.now() - startMs) / 60_000;

function speechModel(modelsDir) {
  const manifests = readdirSync(modelsDir)
    .map((name) => join(modelsDir, name, 'model.json'))
    .filter((file) => existsSync(file));
  return manifests.map((file) => JSON.parse(readFileSync(file, 'utf8'))).find(({ task }) => task === 'speech').name;
}

/** Runs of one model set: by count, one for each seed. */
class ModelSet {
  runs = new Map();
  runMinutes = 0;

  constructor(modelsDir, deadlineMinutes) {
    this.modelsDir = modelsDir;
    this.deadlineMinutes = deadlineMinutes;
    this.name = speechModel(modelsDir);
  }

  get hasTime() {
    return minutes() + this.runMinutes <= this.deadlineMinutes;
  }

  /** @param at number of runs of this count so far: each has a seed of its own */
  async measure(count, at = 0) {
    const done = this.runs.get(count) ?? [];
    if (done.length > at) return done[at];
    const began = minutes();
    let run;
    for (let attempt = 0; attempt < 2; attempt++) {
      run = await loadRun({ ...options, modelsDir: this.modelsDir, seed: options.seed + at, sessions: count });
      console.log(`[${minutes().toFixed(1)} min] ${this.name}, ${runLine(run)}`);
      if (run.void.length === 0 || values.smoke) break;
    }
    if (run.void.length > 0 && !values.smoke) {
      console.error('Void twice: let nothing else run on this machine, or give --generator-core a core that is free.');
      process.exit(3);
    }
    this.runMinutes = minutes() - began;
    this.runs.set(count, [...done, run]);
    return run;
  }

  /** {low, high}: the largest count that passed and the smallest that did not; adjacent unless time ran out. */
  async search() {
    let [low, high] = [0, Infinity];
    const learn = async (count) => {
      if (isGood(await this.measure(count))) low = Math.max(low, count);
      else high = Math.min(high, count);
    };
    for (const count of FIXED_COUNTS) await learn(count);
    // The CPU of four says about where the cores are full: from there up in growing steps, and down again.
    const { served } = await this.measure(FIXED_COUNTS.at(-1));
    const full = (FIXED_COUNTS.at(-1) * coresOf(options.serviceCores)) / served.busy;
    let guess = Math.max(low + 1, Math.floor(GUESSED_LOAD * full));
    for (let step = 1; this.hasTime && high === Infinity && guess <= MAX_COUNT; step *= 2) {
      await learn(guess);
      guess += step;
    }
    for (let step = 1; this.hasTime && Number.isFinite(high) && high - low > 1; step *= 2) {
      await learn(Math.max(Math.floor((low + high) / 2), high - step));
    }
    // once more with other sessions: what passes only once does not count
    for (; this.hasTime && low > 0; low--) {
      if (isGood(await this.measure(low)) && isGood(await this.measure(low, 1))) break;
    }
    return this.found();
  }

  async measureOnce(counts) {
    for (const count of counts) await this.measure(count);
  }

  /** Each of these with both seeds. */
  async measureAll(counts) {
    for (const count of counts) for (const at of [0, 1]) await this.measure(count, at);
  }

  /** What the runs say, finished or not. */
  found() {
    const counts = [...this.runs.keys()].sort((a, b) => a - b);
    const isGoodCount = (count) => this.runs.get(count).every(isGood);
    const high = counts.find((count) => !isGoodCount(count)) ?? Infinity;
    const low = counts.filter((count) => count < high && isGoodCount(count)).at(-1) ?? 0;
    if (high - low > 1) console.log(`${this.name}: time ran out between ${low} and ${high}`);
    else if (low > 0 && this.runs.get(low).length < 2) console.log(`${this.name}: no time for a second run of ${low}`);
    return { low, high };
  }
}

function isGood(run) {
  return run.assessments.p95 <= LIMIT_MS && run.unsteady.length === 0;
}

/** `0`, `0-3` or `0,2,5-7`, as taskset takes them. */
function coresOf(list) {
  return String(list)
    .split(',')
    .map((part) => part.split('-').map(Number))
    .reduce((sum, [first, last = first]) => sum + last - first + 1, 0);
}

const dirs = values.models.split(',').filter((dir) => {
  if (existsSync(dir)) return true;
  console.log(`${dir} is not there: left out. training/convert/README.md says how to make it.`);
  return false;
});
const perRun = (options.rampMs + options.warmUpMs + options.measureMs) / 1000 + 10;
console.log(
  `${dirs.length} model sets, about ${perRun} s a run, at most ${values['max-minutes']} min; service on ${options.serviceCores} with ${options.workers} workers`,
);

const sets = [];
const rows = { capacity: [], stages: [] };
for (const [at, dir] of dirs.entries()) {
  // what one set leaves of its time the next may use
  const left = Number(values['max-minutes']) - minutes();
  const set = new ModelSet(dir, minutes() + left / (dirs.length - at));
  let staged = wantedCounts;
  if (values.smoke) await set.measureOnce((staged = [1, 2]));
  else if (wantedCounts) await set.measureAll(wantedCounts);
  else {
    const found = await set.search();
    staged = [...new Set([...FIXED_COUNTS, found.low])].filter((n) => set.runs.has(n));
    rows.capacity.push(capacityValue(set.name, found));
  }
  sets.push({ set, staged });
  rows.capacity.push(...capacityRows(set));
  rows.stages.push(...stageRows(set, staged));
}

if (values.smoke) {
  show(rows.capacity);
  show(rows.stages);
} else if (wantedCounts) {
  const command = `npm run bench:capacity -- --counts ${values.counts}`;
  const names = sets.map(({ set }) => set.name);
  const capacity = merged(kept('capacity'), rows.capacity, { names, limitMs: LIMIT_MS });
  keep('capacity', capacity, command, { capacity: byCount(pointsOf(capacity)) });
  keep('stages', merged(kept('stages'), rows.stages), command);
} else {
  const command = 'npm run bench:capacity';
  const first = sets.flatMap(({ set, staged }) =>
    staged.map((count) => ({ name: `${set.name}, ${count} live`, values: set.runs.get(count)[0].values })),
  );
  keep('capacity', rows.capacity, command, {
    capacity: byCount(pointsOf(rows.capacity)),
    'capacity-distribution': distribution("Assessments after their window's end", first, LIMIT_MS),
  });
  keep('stages', rows.stages, command);
}
console.log(`${minutes().toFixed(1)} min in all`);

function byCount(groups) {
  return byConversations("Assessments after their window's end", groups, LIMIT_MS);
}
