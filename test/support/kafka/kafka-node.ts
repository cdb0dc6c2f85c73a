import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const READY_LINE = 'Kafka Server started';
const READY_TIMEOUT_MS = 90_000;
const HAS_SETPRIV = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;

export interface NodePorts {
  /** Where the broker itself listens. */
  readonly plain: number;
  readonly controller: number;
  readonly sasl: number;
  readonly mtls: number;
  /** Where clients are told to go: `plain`, or a proxy before it. */
  readonly advertised: number;
}

/** One broker process. */
export class KafkaNode {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private readonly logFile: string;

  constructor(
    readonly id: number,
    readonly ports: NodePorts,
    readonly dir: string,
    private readonly javaArgs: readonly string[],
  ) {
    this.logFile = join(dir, 'server.log');
  }

  get configFile(): string {
    return join(this.dir, 'server.properties');
  }

  async start(): Promise<void> {
    if (this.child !== undefined) return;
    const java = ['java', ...this.javaArgs, 'kafka.Kafka', this.configFile];
    // setpriv, where there is one: the broker dies with this process even when this process is killed with -9.
    const [command, ...args] = HAS_SETPRIV ? ['setpriv', '--pdeathsig', 'KILL', ...java] : java;
    const log = openSync(this.logFile, 'w');
    const child = spawn(command!, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    void this.ended.then(() => (this.child = undefined));
    await this.ready();
  }

  /** 0 while it does not run. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.child?.kill(signal);
    await this.ended;
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!readFileSync(this.logFile, 'utf8').includes(READY_LINE)) {
      const tail = (): string => readFileSync(this.logFile, 'utf8').slice(-4000);
      if (this.child === undefined) throw new Error(`Kafka node ${this.id} ended while starting:\n${tail()}`);
      if (Date.now() > deadline) throw new Error(`Kafka node ${this.id} is not ready:\n${tail()}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
