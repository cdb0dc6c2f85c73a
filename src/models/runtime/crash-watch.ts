import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import { JobJournal } from './job-journal';
import type { RunningJob, SlotPlace } from './job-slot';
import {
  afterCrash,
  nameOf,
  quarantined,
  QUARANTINE_DEFAULTS,
  type QuarantineOptions,
  type Suspect,
} from './quarantine';
import { quarantinePath, readSuspects, writeSuspects } from './quarantine-file';

export interface CrashWatchOptions {
  /** Where the journal and the list are: the data folder. */
  readonly folder: string;
  /** Workers at most. */
  readonly slots: number;
  readonly quarantine?: Partial<QuarantineOptions>;
  /** A job is refused from now on: told once, by its name. */
  readonly onQuarantined: (name: string) => void;
  /** The list of refused jobs changed, here or by the command line. */
  readonly onChange: () => void;
}

/**
 * Which jobs ran when a worker, or the process before this one, ended unasked; and which are refused for it. A fault in
 * native code tells nothing: what ran is found in the journal, and one that ran twice is not run again.
 */
export class CrashWatch {
  private watcher: FSWatcher | undefined;
  private writing: Promise<void> = Promise.resolve();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly journal: JobJournal,
    private suspects: readonly Suspect[],
    private readonly options: CrashWatchOptions,
    private readonly policy: QuarantineOptions,
  ) {}

  /** Rejects with the error of the file system. */
  static async open(options: CrashWatchOptions): Promise<CrashWatch> {
    const { journal, crashes } = await JobJournal.open(options.folder, options.slots);
    const policy = { ...QUARANTINE_DEFAULTS, ...options.quarantine };
    const crashWatch = new CrashWatch(journal, await readSuspects(options.folder), options, policy);
    for (const running of crashes) crashWatch.crashed(running);
    await crashWatch.writing;
    crashWatch.follow();
    return crashWatch;
  }

  /** Of the jobs that are refused, hexadecimal. */
  get refused(): readonly string[] {
    return this.quarantined.map(({ fingerprint }) => fingerprint);
  }

  get names(): readonly string[] {
    return this.quarantined.map(nameOf);
  }

  /** For a worker that begins. */
  takeSlot(): SlotPlace | undefined {
    return this.journal.take();
  }

  /** A worker ended. `unasked`: what it was at is suspect. */
  ended(place: SlotPlace, unasked: boolean): void {
    const running = this.journal.giveBack(place);
    if (unasked && running !== undefined) this.crashed([running]);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.watcher?.close();
    await this.writing;
    await this.journal.close();
  }

  private get quarantined(): Suspect[] {
    return quarantined(this.suspects, Date.now(), this.policy);
  }

  private crashed(running: readonly RunningJob[]): void {
    const before = new Set(this.names);
    this.suspects = afterCrash(this.suspects, running, Date.now(), this.policy);
    // A list that cannot be written is forgotten with the process, and makes nobody's job fail.
    const { suspects } = this;
    this.writing = this.writing.then(() => writeSuspects(this.options.folder, suspects)).catch(() => {});
    const fresh = this.names.filter((name) => !before.has(name));
    for (const name of fresh) this.options.onQuarantined(name);
    if (fresh.length > 0) this.options.onChange();
  }

  /** The command line takes jobs off the list; where a file system tells of no change, the next start sees it. */
  private follow(): void {
    const name = basename(quarantinePath(this.options.folder));
    try {
      this.watcher = watch(this.options.folder, { persistent: false }, (_event, changed) => {
        if (changed === name) void this.reread();
      });
      this.watcher.on('error', () => {});
    } catch {
      this.watcher = undefined;
    }
  }

  private async reread(): Promise<void> {
    const { writing } = this;
    await writing;
    const read = await readSuspects(this.options.folder);
    // What we have written since is newer, and calls us again.
    if (writing !== this.writing) return;
    const before = this.refused.join();
    this.suspects = read;
    if (this.refused.join() !== before) this.options.onChange();
  }
}
