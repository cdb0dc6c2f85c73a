import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { detached, type RunningService, startService } from '../support/service';

/** Memory where there is some: thousands of sessions wait for the disk a dozen times each, and it is not what is tested. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The real service in this process, with scripted encoders and a scripted clock, that can be killed and started again. */
export class ContractService {
  readonly clock = new ScriptedClock(1000);
  private readonly folders: string[] = [];
  private readonly dying: Promise<void>[] = [];
  private running!: RunningService;

  static async start(): Promise<ContractService> {
    const service = new ContractService();
    service.running = await service.boot(mkdtempSync(join(PARENT, 'rapport-contract-')));
    return service;
  }

  get url(): string {
    return this.running.url;
  }

  get key(): string {
    return this.running.key;
  }

  /**
   * What the disk holds at this instant is all that the next process knows, as after kill -9: it starts from a copy, and
   * what the old one still writes goes nowhere. Its connections must be cut before.
   */
  async kill(): Promise<void> {
    const old = this.running;
    const dataDir = mkdtempSync(join(PARENT, 'rapport-contract-'));
    cpSync(old.config.dataDir, dataDir, { recursive: true, filter: (path) => !basename(path).startsWith('lock.json') });
    this.running = await this.boot(dataDir);
    this.dying.push(old.close());
  }

  /** Resolves once it has noticed that the connection of its session broke. */
  noticed(): Promise<void> {
    return detached(this.running);
  }

  async close(): Promise<void> {
    await Promise.all([...this.dying, this.running.close()]);
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }

  private boot(dataDir: string): Promise<RunningService> {
    this.folders.push(dataDir);
    return startService({ dataDir }, new ScriptedPool(), {}, { clock: this.clock });
  }
}
