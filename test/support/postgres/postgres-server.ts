import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Installed, PARTS, postgresInstalled } from './installed';

const READY_LINE = 'database system is ready to accept connections';
const READY_TIMEOUT_MS = 60_000;
const USER = 'rapport';
/** PostgreSQL runs as anybody but root. */
const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;
const OWNER = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
const HAS_SETPRIV = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;

/** A real PostgreSQL with pgvector, on a free port, with nothing in it. */
export class PostgresServer {
  /** In the URLs; what no log may have. */
  static readonly PASSWORD = 'a-password-that-no-log-has';
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly programs: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const installed = postgresInstalled();
    if (!installed.ok) throw new Error(installed.reason);
    const folder = mkdtempSync(join(tmpdir(), 'rapport-postgres-'));
    const port = await keptPort();
    const server = new PostgresServer(folder, join(reachable(installed, folder), 'bin'), port);
    try {
      server.makeCluster();
      await server.up();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** An empty database of its own. */
  async database(): Promise<string> {
    const name = `history${(this.databases += 1)}`;
    await this.ask(this.url('postgres'), `CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** As somebody else, outside of the service. */
  async ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** While `work` goes on, whoever writes to the table waits in the midst of a transaction. */
  async holding<T>(url: string, table: string, work: () => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
      return await work();
    } finally {
      await client.end();
    }
  }

  /** After `down`: with all that was committed. */
  async up(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=16MB', 'fsync=off'];
    const asked = ['-D', join(this.folder, 'data'), '-p', String(this.port), ...settings.flatMap((one) => ['-c', one])];
    const postgres = [join(this.programs, 'postgres'), ...asked];
    // setpriv, where there is one: it dies with this process even when this process is killed with -9
    const [command, ...args] = HAS_SETPRIV ? ['setpriv', '--pdeathsig', 'INT', ...postgres] : postgres;
    const child = spawn(command!, args, { ...OWNER, stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder });
    this.child = child;
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new Error(`PostgreSQL does not start: ${said.slice(-4000)}`));
      const timer = setTimeout(fail, READY_TIMEOUT_MS);
      child.once('close', fail);
      child.once('error', reject);
      child.stderr!.on('data', (data) => {
        said = (said + String(data)).slice(-8000);
        if (!said.includes(READY_LINE)) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** At once, as with the machine's power: every connection breaks, what was not committed is gone. */
  async down(): Promise<void> {
    this.child?.kill('SIGQUIT');
    await this.ended;
  }

  async close(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private url(database: string): string {
    return `postgres://${USER}:${PostgresServer.PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  private makeCluster(): void {
    const [passwordFile, data] = [join(this.folder, 'password'), join(this.folder, 'data')];
    writeFileSync(passwordFile, PostgresServer.PASSWORD);
    mkdirSync(data);
    if (IS_ROOT) for (const path of [this.folder, passwordFile, data]) chownSync(path, NOBODY, NOBODY);
    const by = ['-U', USER, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
    const plain = ['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    execFileSync(join(this.programs, 'initdb'), ['-D', data, ...by, ...plain], {
      ...OWNER,
      stdio: 'pipe',
      cwd: this.folder,
    });
  }
}

/** Below those that the system gives to who asks for any (from 32,768 on): nobody takes it while the server is down. */
async function keptPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** Where nobody can read it: the way to a checkout may be root's alone. */
function reachable({ home, packageFolder }: Extract<Installed, { ok: true }>, folder: string): string {
  chmodSync(folder, 0o755);
  if (!IS_ROOT || packageFolder === undefined) return home;
  for (const part of PARTS) cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
  return join(folder, PARTS[0]);
}
