import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** What must not happen is 0; all else is only told. */
const MUST_BE_ZERO = new Set([
  'missing',
  'not expected',
  'doubled',
  'handed out twice',
  'in effect twice',
  'out of order',
]);

/** What was counted in a long run, a row for each fault. */
export type FaultRows = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Keeps it as docs/figures/NAME.json, whatever it was: `npm run docs` makes the table of docs/reliability.md from it. */
export function keepFaultFigures(name: string, rows: FaultRows, command: string): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const figures = [...rows].flatMap(([row, counts]) =>
    Object.entries(counts).map(([column, value]) => {
      const isZero = MUST_BE_ZERO.has(column);
      const judged = { target: isZero ? '<= 0' : null, met: isZero ? value === 0 : null };
      return { id: `${row}: ${column}`, value, low: value, high: value, unit: 'count', ...judged, command, commit };
    }),
  );
  writeFileSync(join(ROOT, 'docs/figures', `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}
