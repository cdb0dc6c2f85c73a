import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A write returns when it is durable (POSIX open(2)): one trip through the thread pool a commit instead of two with
 * `datasync`, which remains for systems that have no O_DSYNC.
 */
export const DURABLE = (constants.O_DSYNC as number | undefined) ?? 0;

const FLAGS = {
  read: constants.O_RDONLY,
  /** There already; what is written is durable when `write` resolves. */
  write: constants.O_RDWR | DURABLE,
  /** The same, made, or emptied when it is there. */
  make: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | DURABLE,
} as const;

/** An open file. Every method rejects with the error of the operating system (`code`: ENOSPC, EROFS, EIO ...). */
export interface LogFile {
  /** Bytes now. */
  size(): Promise<number>;
  /** Gives how many bytes were read: fewer than asked for at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** Durable when it resolves. Gives how many of the bytes from `from` on were taken: fewer than there are where room ends. */
  write(bytes: Buffer, from: number, position: number): Promise<number>;
  /** Cut to this size, durably. */
  cut(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a file without opening it. Times are wall clock, ms since 1970. */
export interface FileLook {
  readonly size: number;
  /** Of its making, where the file system keeps it; else of its last change. */
  readonly bornMs: number;
  readonly changedMs: number;
}

/** The one way from the outbox to the disk: what it asks of a file system and no more. A test puts in place one that refuses. */
export interface LogFiles {
  open(path: string, how: keyof typeof FLAGS): Promise<LogFile>;
  /** Names in a folder. */
  list(folder: string): Promise<string[]>;
  /** Undefined for one that is not there. */
  look(path: string): Promise<FileLook | undefined>;
  readWhole(path: string): Promise<Buffer>;
  /** No fault when it is not there. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** When it was changed last, as it is told from now on: ms since 1970. */
  stamp(path: string, changedMs: number): Promise<void>;
  makeFolder(folder: string): Promise<void>;
  /** Makes the making, renaming or removing of its files durable. */
  syncFolder(folder: string): Promise<void>;
}

class SystemFile implements LogFile {
  constructor(private readonly handle: FileHandle) {}

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async read(into: Buffer, position: number): Promise<number> {
    return (await this.handle.read(into, 0, into.length, position)).bytesRead;
  }

  async write(bytes: Buffer, from: number, position: number): Promise<number> {
    const { bytesWritten } = await this.handle.write(bytes, from, bytes.length - from, position);
    if (DURABLE === 0) await this.handle.datasync();
    return bytesWritten;
  }

  async cut(size: number): Promise<void> {
    await this.handle.truncate(size);
    await this.handle.datasync();
  }

  sync(): Promise<void> {
    return this.handle.sync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

export const systemFiles: LogFiles = {
  open: async (path, how) => new SystemFile(await open(path, FLAGS[how])),
  list: (folder) => readdir(folder),
  look: async (path) => {
    try {
      const { size, birthtimeMs, mtimeMs } = await stat(path);
      return { size, bornMs: birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs, changedMs: mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  readWhole: (path) => readFile(path),
  remove: (path) => rm(path, { force: true }),
  rename,
  stamp: (path, changedMs) => utimes(path, new Date(changedMs), new Date(changedMs)),
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true })),
  // Windows cannot open folders and needs no such thing.
  syncFolder: async (folder) => {
    if (process.platform === 'win32') return;
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Every byte, however few are taken at a time. Rejects with ENOSPC where none is taken: that disk is full, too. */
export async function writeWhole(file: LogFile, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const taken = await file.write(bytes, done, position + done);
    if (taken === 0) throw Object.assign(new Error('ENOSPC: a write took no byte'), { code: 'ENOSPC' });
    done += taken;
  }
}

/** Puts a small file in the place of another: who reads sees the old or the new one, whole, also after a crash. */
export async function replaceFile(files: LogFiles, folder: string, name: string, bytes: Buffer): Promise<void> {
  const made = join(folder, `${name}.partial`);
  const file = await files.open(made, 'make');
  try {
    await writeWhole(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(made, join(folder, name));
  await files.syncFolder(folder);
}
