import { type Dirent, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskBudgetOptions {
  /** Most bytes of everything that is kept. */
  readonly budgetBytes: number;
  /** Of them, set aside for all that is not the log, whether or not it is there already. */
  readonly reserveBytes: number;
}

/**
 * One budget for everything that the service keeps on disk: the log, and beside it snapshots of sessions, the journal of
 * running jobs, the list of quarantined ones, intents, the offset. Only the log grows with time, so the log is what
 * gives way: it may have what the others leave. They are measured from time to time and have a reserve, so that what they
 * grow by in between is not over the budget.
 */
export class DiskBudget {
  private otherBytes = 0;

  constructor(
    private readonly options: DiskBudgetOptions,
    /** Bytes on disk of all that is not the log. */
    private readonly measureOthers: () => Promise<number>,
  ) {}

  get budgetBytes(): number {
    return this.options.budgetBytes;
  }

  /** Of all that is not the log, when it was last measured. */
  get otherKeptBytes(): number {
    return this.otherBytes;
  }

  /** What the log may have, bytes. */
  get logBytes(): number {
    const { budgetBytes, reserveBytes } = this.options;
    return Math.max(0, budgetBytes - Math.max(this.otherBytes, reserveBytes));
  }

  /** A folder that cannot be looked through now is as large as it was. */
  async measure(): Promise<void> {
    this.otherBytes = await this.measureOthers().catch(() => this.otherBytes);
  }
}

/** Files that are asked for together: each trip to the disk wakes the thread; with many more, a commit would wait behind them. */
const MAX_TOGETHER = 8;

/** Bytes that the files of a folder and of those in it take, but for those that are left out. What goes meanwhile counts nothing. */
export async function folderBytes(folder: string, isLeftOut: (path: string) => boolean = () => false): Promise<number> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(ifThere([]));
  const counted = entries.filter((entry) => !isLeftOut(join(folder, entry.name)));
  const bytesOf = async (entry: Dirent): Promise<number> => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folderBytes(path, isLeftOut);
    return entry.isFile() ? takenBy(await stat(path).catch(ifThere(undefined))) : 0;
  };
  let bytes = 0;
  for (let at = 0; at < counted.length; at += MAX_TOGETHER) {
    for (const taken of await Promise.all(counted.slice(at, at + MAX_TOGETHER).map(bytesOf))) bytes += taken;
  }
  return bytes;
}

/** Whole blocks: a snapshot of 300 bytes takes 4 KiB. POSIX counts blocks in 512 bytes; some file systems keep tiny files in none. */
function takenBy(found: Stats | undefined): number {
  return found === undefined ? 0 : Math.max(found.size, (found.blocks ?? 0) * 512);
}

function ifThere<T>(otherwise: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  };
}
