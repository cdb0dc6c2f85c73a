import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(__dirname, '../../dist/cli/main.js');
const ROOT = join(__dirname, '../..');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled command line as a process of its own, in the repository's folder. */
export class CommandLine {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  stdout = '';
  stderr = '';

  /** `answers` is typed on standard input, which otherwise is at its end. */
  constructor(args: readonly string[], env: Record<string, string> = {}, answers?: string) {
    const base = Object.entries(process.env).filter(([n]) => !/^(RAPPORT_|KAFKA_|PORT$|HOST$|LOG_LEVEL$)/.test(n));
    this.child = spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      env: { ...Object.fromEntries(base), ...env },
      stdio: [answers === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.end(answers);
    this.child.stdout!.on('data', (data) => (this.stdout += String(data)));
    this.child.stderr!.on('data', (data) => (this.stderr += String(data)));
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr })),
    );
  }

  /** Resolves when it has said this on standard error, or has ended. */
  async says(text: string): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.child.stderr!.on('data', () => this.stderr.includes(text) && resolve());
    });
    await Promise.race([heard, this.ended]);
  }
}

export const rapport = (args: readonly string[], env?: Record<string, string>, answers?: string): Promise<Ran> =>
  new CommandLine(args, env, answers).ended;
