import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { childEnvironment } from '../../config/child-environment';

/** What Python is told of one item; the sound and the picture stand in files of their own, in the order of the items. */
export interface AgreementItem {
  readonly task: 'voice' | 'face' | 'text' | 'intent';
  /** The set of models to answer with. */
  readonly models: string;
  readonly truth: string;
  /** Of voice: 16-bit samples in voice.pcm. */
  readonly samples?: number;
  readonly text?: string;
}

export interface PythonAnswer {
  readonly answer: string;
  readonly probabilities: readonly number[];
}

/** The environment that training/README.md makes, else whatever `python3` is. */
export function defaultPython(): string {
  const own = join('.venv', 'bin', 'python3');
  return existsSync(own) ? resolve(own) : 'python3';
}

/** The answers of `python -m rapport_training.agreement`, in the order of the items. Throws with what it said. */
export function askPython(python: string, folder: string, items: readonly AgreementItem[]): PythonAnswer[] {
  const lines = (name: string): string => join(folder, name);
  const answers = lines('answers.jsonl');
  rmSync(answers, { force: true });
  writeFileSync(lines('items.jsonl'), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const { status, error } = spawnSync(python, ['-m', 'rapport_training.agreement', folder], {
    cwd: 'training',
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment({ OMP_NUM_THREADS: '1' }),
  });
  if (status !== 0)
    throw new Error(
      `${python} -m rapport_training.agreement ended with ${error?.message ?? status}: training/README.md says what it needs; --python names another one.`,
    );
  const told = readFileSync(answers, 'utf8').trim().split('\n');
  if (told.length !== items.length) throw new Error(`${answers}: ${told.length} answers to ${items.length} items`);
  return told.map((line) => JSON.parse(line) as PythonAnswer);
}
