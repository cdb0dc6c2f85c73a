import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Answers on disk, one JSON line each, so that an evaluation that was stopped goes on where it was. A file holds what one
 * state of the code makes with one set of models: another state, or another set, begins a file of its own.
 */
export class KeptAnswers {
  private constructor(
    private readonly file: string,
    private readonly kept: Map<string, unknown>,
  ) {}

  /** @param madeBy whatever the answers depend on beside their key: code, models */
  static open(folder: string, madeBy: readonly string[]): KeptAnswers {
    mkdirSync(folder, { recursive: true });
    const name = createHash('sha256').update(JSON.stringify(madeBy)).digest('hex').slice(0, 16);
    const file = join(folder, `${name}.jsonl`);
    const kept = new Map<string, unknown>();
    if (existsSync(file)) for (const line of readFileSync(file, 'utf8').split('\n')) readInto(kept, line);
    return new KeptAnswers(file, kept);
  }

  /** The answer that is there, else the one that `make` gives, which is kept. It must survive JSON. */
  async of<T>(key: string, make: () => Promise<T>): Promise<T> {
    if (this.kept.has(key)) return this.kept.get(key) as T;
    const answer = await make();
    this.kept.set(key, answer);
    // the line break comes first: what a killed process has left of a line ends with it
    appendFileSync(this.file, `\n${JSON.stringify([key, answer])}`);
    return answer;
  }
}

/** A line cut short by the end of its process is as if it were not there. */
function readInto(kept: Map<string, unknown>, line: string): void {
  if (line === '') return;
  try {
    const [key, answer] = JSON.parse(line) as [string, unknown];
    kept.set(key, answer);
  } catch {
    return;
  }
}

/** The folders whose code makes answers; what only counts and draws them is none of these. */
const CODE = ['eval', 'facts', 'fusion', 'inference', 'models', 'streams'];
const MAKES_ANSWERS = /^(?!(?:report|metrics)[\\/]).*(?<!\.d|\.spec)\.[jt]s$/;
let codeHash: string | undefined;

/** Of the code that runs: a change of any of its files makes new answers. */
export function codeFingerprint(): string {
  if (codeHash !== undefined) return codeHash;
  const root = join(__dirname, '..');
  const hash = createHash('sha256').update(process.version);
  for (const folder of CODE) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((path) => MAKES_ANSWERS.test(path)).sort())
      hash.update(name).update(readFileSync(join(root, folder, name)));
  }
  codeHash = hash.digest('hex');
  return codeHash;
}
