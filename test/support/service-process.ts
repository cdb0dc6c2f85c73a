import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEVELOPMENT_KEY } from '../../src/config/config';

const ROOT = join(__dirname, '../..');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The compiled service as a process of its own, as `npm start` starts it: its own data folder, any free port. */
export class ServiceProcess {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'rapport-test-'));
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly told: Promise<{ port: number } | undefined>;

  /** `command` wraps the service's own command line, for limits of the shell. */
  constructor(env: Record<string, string> = {}, command: readonly string[] = [process.execPath, 'dist/main.js']) {
    const base = Object.entries(process.env).filter(
      ([name]) => !/^(RAPPORT_|KAFKA_|OTEL_|PORT$|HOST$|LOG_LEVEL$)/.test(name),
    );
    this.child = spawn(command[0]!, command.slice(1), {
      cwd: ROOT,
      env: { ...Object.fromEntries(base), PORT: '0', RAPPORT_DATA_DIR: this.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child.stdout!.on('data', (data) => (this.stdout += String(data)));
    this.child.stderr!.on('data', (data) => (this.stderr += String(data)));
    this.exited = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
    this.told = Promise.race([
      new Promise<{ port: number }>((resolve) => this.child.once('message', (m) => resolve(m as { port: number }))),
      this.exited.then(() => undefined),
    ]);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Where it listens; rejects with what it said when it ended instead. */
  async door(): Promise<{ url: string; http: string; key: string }> {
    const ready = await this.told;
    if (ready === undefined) throw new Error(`the service did not start: ${this.stderr}`);
    const host = `127.0.0.1:${ready.port}`;
    return { url: `ws://${host}/v1/stream`, http: `http://${host}`, key: DEVELOPMENT_KEY };
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Ends it if it still runs, and removes its data. */
  async remove(): Promise<void> {
    await this.kill('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
