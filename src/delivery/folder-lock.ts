import { RapportError } from '@rapport-live/protocol';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rename, link, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const LOCK_FILE = 'lock.json';
/** The owner touches its lock this often, and a lock of another host this old belongs to nobody. */
const BEAT_MS = 2_000;
const DEAD_MS = 10_000;

interface Owner {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Boot and start time of the process (Linux), so that a reused pid (pid 1 in a container) is not taken for the owner. */
  readonly born: string | null;
}

/** One writer per folder. Node has no advisory file locks, so a file names the owner; a dead owner's is taken over. */
export class FolderLock {
  private constructor(
    private readonly path: string,
    private readonly owner: Owner,
    private readonly beat: NodeJS.Timeout,
  ) {}

  /** Rejects with `data_dir_locked`, or with the error of the file system. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, LOCK_FILE);
    const owner: Owner = { id: randomUUID(), host: hostname(), pid: process.pid, born: bornOf(process.pid) };
    const mine = `${path}.${owner.id}`;
    await writeFile(mine, `${JSON.stringify(owner)}\n`);
    try {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        // A link to a complete file: nobody ever reads half a lock, and only one of two can make it.
        if (await linked(mine, path)) {
          const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS);
          return new FolderLock(path, owner, beat.unref());
        }
        await removeDead(folder, path, owner);
      }
    } finally {
      await rm(mine, { force: true });
    }
    throw new RapportError('data_dir_locked', `${folder} is locked and unlocked by others all the time`);
  }

  async release(): Promise<void> {
    clearInterval(this.beat);
    const now = await read(this.path);
    if (now !== null && now !== 'gone' && now.id === this.owner.id) await rm(this.path, { force: true });
  }
}

async function removeDead(folder: string, path: string, me: Owner): Promise<void> {
  const found = await read(path);
  if (found === 'gone') return;
  if (found !== null && (await isAlive(found, path, me))) {
    throw new RapportError('data_dir_locked', `${folder} is in use by process ${found.pid} on ${found.host}`);
  }
  const aside = `${path}.dead.${me.id}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another process was faster
  }
  // Between reading and renaming another process may have put its own lock there: give it back.
  const moved = await read(aside);
  if (moved !== null && moved !== 'gone' && moved.id !== found?.id) await linked(aside, path);
  await rm(aside, { force: true });
}

async function isAlive(found: Owner, path: string, me: Owner): Promise<boolean> {
  if (found.host !== me.host) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
    return Date.now() - mtimeMs < DEAD_MS;
  }
  try {
    process.kill(found.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return found.born === null || found.born === bornOf(found.pid);
}

/** null for a file that is no lock (an owner never leaves one: locks appear whole). */
async function read(path: string): Promise<Owner | null | 'gone'> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Owner;
    return typeof owner.pid === 'number' ? owner : null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
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

/** proc(5): field 22 of /proc/PID/stat is the start time in clock ticks since boot; the name before it may hold spaces. */
function bornOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
