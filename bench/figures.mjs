// Figures: printed as a table, kept as docs/figures/NAME.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

const round = (value) => Number(value.toPrecision(4));

/** One figure over several runs: the median, and the lowest and highest run. `atMost` or `atLeast` is its target. */
export function figure(id, runs, unit, { atMost, atLeast } = {}) {
  const value = median(runs);
  const target = atMost !== undefined ? `<= ${atMost}` : atLeast !== undefined ? `>= ${atLeast}` : null;
  const met = atMost !== undefined ? value <= atMost : atLeast !== undefined ? value >= atLeast : null;
  return { id, value: round(value), low: round(Math.min(...runs)), high: round(Math.max(...runs)), unit, target, met };
}

/** Two-sided 95 % points of Student's t by degrees of freedom, from 1. */
const STUDENT_T = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** The mean of several runs with its 95 % interval, as if they were independent. One run says nothing of it. */
export function interval(id, runs, unit) {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  const variance = runs.reduce((sum, run) => sum + (run - mean) ** 2, 0) / Math.max(1, runs.length - 1);
  const half = (STUDENT_T[runs.length - 2] ?? 2) * Math.sqrt(variance / runs.length);
  return { ...figure(id, [mean], unit), low: round(mean - half), high: round(mean + half) };
}

/** The figures that were kept before; none where nothing was. */
export function kept(name) {
  const file = `docs/figures/${name}.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Writes the figures, and the pictures {NAME: svg} that belong to them, and shows them. Figures kept before say their own commit. */
export function keep(name, figures, command, pictures = {}) {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  mkdirSync('docs/figures', { recursive: true });
  const rows = figures.map((row) => ({ ...row, command: row.command ?? command, commit: row.commit ?? commit }));
  writeFileSync(`docs/figures/${name}.json`, `${JSON.stringify(rows, null, 2)}\n`);
  for (const [file, svg] of Object.entries(pictures)) writeFileSync(`docs/figures/${file}.svg`, svg);
  console.log(`\n${name}, commit ${commit}`);
  show(rows);
}

/** The figures as a table, nothing written. */
export function show(rows) {
  const cells = rows.map(({ id, value, low, high, unit, target, met }) => [
    id,
    `${value}`,
    `${low} to ${high}`,
    unit,
    target ?? '',
    met === null ? '' : met ? 'met' : 'MISSED',
  ]);
  const head = ['figure', 'median', 'runs', 'unit', 'target', ''];
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  console.log([head, ...cells].map(line).join('\n'));
}
