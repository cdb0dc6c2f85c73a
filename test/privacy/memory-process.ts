import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DumpOrder } from './memory-service';

/** Something with bytes in it, and where it was found. */
export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A service in a process of its own whose memory, files and log can be looked into. */
export class MemoryProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rapport-memory-'));
  private output = '';
  private constructor(private readonly child: ChildProcess) {
    child.stdout!.on('data', (data) => (this.output += String(data)));
    child.stderr!.on('data', (data) => (this.output += String(data)));
  }

  url = '';

  static async start(): Promise<MemoryProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'rapport-memory-data-'));
    const args = ['-r', './test/delivery/support/register-swc.cjs', 'test/privacy/memory-service.ts'];
    const child = spawn(process.execPath, args, {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'trace', RAPPORT_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const service = new MemoryProcess(child);
    service.dataDir = dataDir;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(service.output)));
    const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    service.url = `ws://127.0.0.1:${port}/v1/stream`;
    return service;
  }

  /** All that can be reached in its memory now. */
  async memory(): Promise<Place[]> {
    const order: DumpOrder = { heapFile: join(this.folder, 'heap'), bytesFile: join(this.folder, 'bytes') };
    this.child.send(order);
    await once(this.child, 'message');
    return Object.entries(order).map(([name, file]) => ({ name, bytes: readFileSync(file as string) }));
  }

  /** Every file that it wrote, and what it said. */
  written(): Place[] {
    const files = readdirSync(this.dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }));
    return [...files, { name: 'log', bytes: Buffer.from(this.output) }];
  }

  async remove(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    for (const folder of [this.folder, this.dataDir]) rmSync(folder, { recursive: true, force: true });
  }

  private dataDir = '';
}
