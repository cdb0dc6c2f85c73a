import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUZZ_INPUTS, LONG_RUN } from './mutate';

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'docs/figures/fuzz.json');
const COMMAND = `RAPPORT_FUZZ_INPUTS=${LONG_RUN} npx jest fuzz --runInBand`;
/** A call that takes seconds hangs a session, on a busy machine too. */
const MAX_CALL_MS = 5_000;
/** What a process may grow by, with all that the test itself makes: far below what a leak of an input each would be. */
const MAX_GROWN_MIB = 400;

interface Figure {
  readonly id: string;
  readonly value: number;
}

/** The longest of many calls, and the memory behind them. */
export class FuzzFigures {
  #calls = 0;
  #longestMs = 0;
  readonly #startBytes = process.memoryUsage().rss;

  time<T>(run: () => T): T {
    const beganMs = performance.now();
    const result = run();
    this.#calls += 1;
    this.#longestMs = Math.max(this.#longestMs, performance.now() - beganMs);
    return result;
  }

  /** No call hung, and memory is bounded. A long run is kept for docs/reliability.md; one process at a time writes it. @param what was mutated: the row there. */
  hold(what: string): void {
    const grownMib = (process.memoryUsage().rss - this.#startBytes) / 2 ** 20;
    if (FUZZ_INPUTS >= LONG_RUN) this.#keep(what, grownMib);
    expect(this.#longestMs).toBeLessThan(MAX_CALL_MS);
    expect(grownMib).toBeLessThan(MAX_GROWN_MIB);
  }

  #keep(what: string, grownMib: number): void {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
    const rounded = (value: number): number => Number(value.toFixed(1));
    const figure = (column: string, value: number, unit: string, most?: number) => ({
      ...{ id: `${what}: ${column}`, value, low: value, high: value, unit },
      ...{ target: most === undefined ? null : `<= ${most}`, met: most === undefined ? null : value <= most },
      ...{ command: COMMAND, commit },
    });
    const own = [
      figure('calls', this.#calls, 'count'),
      figure('longest call', rounded(this.#longestMs), 'ms', MAX_CALL_MS),
      figure('memory grown by', rounded(Math.max(0, grownMib)), 'MiB', MAX_GROWN_MIB),
    ];
    const before = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Figure[]) : [];
    const others = before.filter(({ id }) => !own.some((one) => one.id === id));
    const all = [...others, ...own].sort((a, b) => (a.id < b.id ? -1 : 1));
    writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
  }
}
