import { RapportError } from '@rapport-live/protocol';
import { rename, link, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, type LockOwner, ourselves, readOwner } from './lock-owner';

const LOCK_FILE = 'lock.json';

export interface FolderLockOptions {
  /** The owner touches its lock this often, ms. */
  readonly lockBeatMs: number;
  /** A lock whose owner cannot be asked and that is not touched for so long belongs to nobody, ms. */
  readonly lockDeadMs: number;
}

/**
 * One writer per folder. Node has no advisory file locks, so a file names the owner; a dead owner's is taken over. Whether
 * the owner is dead is asked of the operating system where it can tell, else the lock is watched for its beat: never
 * its time stamp against our clock, for one of the two clocks may be wrong.
 */
export class FolderLock {
  private lost = false;
  private seenMs = performance.now();
  /** The file when it was read last. */
  private inode: number | undefined;
  /** When it was touched last, as it says itself: wall clock, ms. */
  private touchedMs = NaN;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly path: string,
    private readonly owner: LockOwner,
    private readonly options: FolderLockOptions,
  ) {
    this.beatLater();
  }

  /** Rejects with `data_dir_locked`, or with the error of the file system. */
  static async take(folder: string, options: FolderLockOptions): Promise<FolderLock> {
    const path = join(folder, LOCK_FILE);
    const owner = ourselves();
    const mine = `${path}.${owner.id}`;
    await writeFile(mine, `${JSON.stringify(owner)}\n`);
    try {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        // A link to a complete file: nobody ever reads half a lock, and only one of two can make it.
        if (await linked(mine, path)) return new FolderLock(path, owner, options);
        await removeDead(folder, path, owner, options);
      }
    } finally {
      await rm(mine, { force: true });
    }
    throw new RapportError('data_dir_locked', `${folder} is locked and unlocked by others all the time`);
  }

  /**
   * Whether the folder is still ours. It is not when the lock was removed, or taken by who found us silent: this process
   * was stopped for longer than `lockDeadMs`. Looks only when the last look is old.
   */
  async isHeld(): Promise<boolean> {
    if (!this.lost && performance.now() - this.seenMs > this.options.lockDeadMs / 2) await this.look();
    return !this.lost;
  }

  async release(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const now = await readOwner(this.path);
    if (now !== null && now !== 'gone' && now.id === this.owner.id) await rm(this.path, { force: true });
  }

  private beatLater(): void {
    this.timer = setTimeout(() => void this.beat(), this.options.lockBeatMs).unref();
  }

  private async beat(): Promise<void> {
    await this.look();
    if (this.lost || this.timer === undefined) return;
    const now = new Date();
    await utimes(this.path, now, now).then(
      () => (this.touchedMs = now.getTime()),
      () => undefined,
    );
    if (this.timer !== undefined) this.beatLater();
  }

  /** A file that is still the same, and that nobody else has touched, is not read again: that is four trips to the disk more. */
  private async look(): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    const isAsLeft = found !== undefined && found.ino === this.inode;
    if (isAsLeft && Math.abs(found.mtimeMs - this.touchedMs) < 1) {
      this.seenMs = performance.now();
      return;
    }
    const now = await readOwner(this.path);
    // What cannot be read now says nothing.
    if (now === null) return;
    if (now === 'gone' || now.id !== this.owner.id) this.lost = true;
    else [this.seenMs, this.inode] = [performance.now(), found?.ino];
  }
}

async function removeDead(folder: string, path: string, me: LockOwner, options: FolderLockOptions): Promise<void> {
  const found = await readOwner(path);
  if (found === 'gone') return;
  if (found !== null && (isRunning(found) ?? (await hasBeat(path, options)))) {
    throw new RapportError('data_dir_locked', `${folder} is in use by process ${found.pid} on ${found.host}.`);
  }
  const aside = `${path}.dead.${me.id}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another process was faster
  }
  // Between reading and renaming another process may have put its own lock there: give it back.
  const moved = await readOwner(aside);
  if (moved !== null && moved !== 'gone' && moved.id !== found?.id) await linked(aside, path);
  await rm(aside, { force: true });
}

/** Watches whether the lock is touched, or becomes another, within the time in which a living owner does that. */
async function hasBeat(path: string, { lockBeatMs, lockDeadMs }: FolderLockOptions): Promise<boolean> {
  const stamp = async (): Promise<string> => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? 'gone' : `${found.ino} ${found.mtimeMs}`;
  };
  const first = await stamp();
  const deadlineMs = performance.now() + lockDeadMs;
  while (performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, lockBeatMs / 2));
    const now = await stamp();
    if (now === 'gone') return false;
    if (now !== first) return true;
  }
  return false;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
