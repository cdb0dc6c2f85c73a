import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readConfig } from '../../src/config/config';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { detached, type RunningService, startService } from '../support/service';

/** Memory where there is some: thousands of sessions wait for the disk a dozen times each, and it is not what is tested. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** Sessions in one data folder: each restart copies and reads all of it. */
const SESSIONS_A_FOLDER = 50;
/** The history reads the log behind the session and starts a thread with each service: the sessions of one folder in ten have it. */
const FOLDERS_A_HISTORY = 10;

/** The real service in this process, with scripted encoders and a scripted clock, that can be killed and started again. */
export class ContractService {
  readonly clock = new ScriptedClock(1000);
  private readonly folders: string[] = [];
  private readonly dying: Promise<void>[] = [];
  private running!: RunningService;
  private sessions = 0;

  static async start(): Promise<ContractService> {
    const service = new ContractService();
    service.running = await service.boot(newFolder());
    return service;
  }

  get url(): string {
    return this.running.url;
  }

  get key(): string {
    return this.running.key;
  }

  /** Before each session; none may be open. */
  async next(): Promise<void> {
    this.sessions += 1;
    if (this.sessions % SESSIONS_A_FOLDER !== 0) return;
    const old = this.running;
    this.running = await this.boot(newFolder());
    await Promise.all([...this.dying.splice(0), old.close()]);
    for (const folder of this.folders.splice(0, this.folders.length - 1)) remove(folder);
  }

  /**
   * What the disk holds at this instant is all that the next process knows, as after kill -9: it starts from a copy, and
   * what the old one still writes goes nowhere. Its connections must be cut before.
   */
  async kill(): Promise<void> {
    const old = this.running;
    const dataDir = copyOf(old.config.dataDir);
    this.running = await this.boot(dataDir);
    this.dying.push(old.close());
  }

  /** Resolves once it has noticed that the connection of its session broke. */
  noticed(): Promise<void> {
    return detached(this.running);
  }

  async close(): Promise<void> {
    await Promise.all([...this.dying, this.running.close()]);
    for (const folder of this.folders) remove(folder);
  }

  private boot(dataDir: string): Promise<RunningService> {
    this.folders.push(dataDir);
    const hasHistory = Math.floor(this.sessions / SESSIONS_A_FOLDER) % FOLDERS_A_HISTORY === 0;
    const { history } = readConfig(hasHistory ? {} : { RAPPORT_HISTORY: 'off' });
    // No video here: to look for a decoder starts a process, each time.
    const video = { ffmpeg: 'off', ffmpegCore: 'off', maxStreams: 0 };
    return startService({ dataDir, video, history }, new ScriptedPool(), {}, { clock: this.clock });
  }
}

const newFolder = (): string => mkdtempSync(join(PARENT, 'rapport-contract-'));
const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Once more where a file was renamed between the look into its folder and the look at it: the disk held it under one of its names. */
function copyOf(folder: string): string {
  for (let left = 10; ; left -= 1) {
    const copy = newFolder();
    try {
      cpSync(folder, copy, { recursive: true, filter: (path) => !basename(path).startsWith('lock.json') });
      return copy;
    } catch (error) {
      remove(copy);
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
