import { RapportError } from '@rapport-live/protocol';
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { MemorySeenIds, type SeenBounds, type SeenIds } from './seen-ids';

const HEADER = 'rapport-seen 1\n';
const LINE = /^\S+$/;

/**
 * Ids in two files, one line each: `seen.log` grows, and becomes `seen.old.log` when it holds half of what is
 * remembered. A line that was not whole when the process died is no line. One process a folder.
 */
export class SeenIdsFolder implements SeenIds {
  private readonly memory: MemorySeenIds;
  private file: FileHandle | undefined;
  private unwritten: string[] = [];
  /** The file holds half of the bound: what is added from here on goes to a new one. */
  private turnAt: number | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    bounds: SeenBounds,
    now: () => number = Date.now,
  ) {
    this.memory = new MemorySeenIds(bounds, now, () => (this.turnAt = this.unwritten.length));
  }

  /** Rejects with `store_failed`. */
  async open(): Promise<void> {
    await this.guarded(async () => {
      await mkdir(this.folder, { recursive: true });
      for (const id of [...(await read(this.oldPath)), ...(await read(this.path))]) this.memory.add(id);
      this.turnAt = undefined;
      this.unwritten = [];
      this.file = await this.openYoung();
    });
  }

  has(id: string): boolean {
    return this.memory.has(id);
  }

  add(id: string): void {
    this.memory.add(id);
    this.unwritten.push(id);
  }

  /** Rejects with `store_failed`; what could not be written is tried again with the next flush. */
  flush(): Promise<void> {
    const flushed = this.flushing.catch(() => undefined).then(() => this.guarded(() => this.write()));
    this.flushing = flushed;
    return flushed;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.file?.close();
      this.file = undefined;
    }
  }

  private get path(): string {
    return join(this.folder, 'seen.log');
  }

  private get oldPath(): string {
    return join(this.folder, 'seen.old.log');
  }

  private async write(): Promise<void> {
    if (this.turnAt !== undefined) {
      await this.append(this.turnAt);
      await this.file?.close();
      await rename(this.path, this.oldPath);
      this.file = await this.openYoung();
      this.turnAt = undefined;
    }
    await this.append(this.unwritten.length);
  }

  private async append(count: number): Promise<void> {
    if (count === 0) return;
    this.file ??= await this.openYoung();
    await this.file.appendFile(this.unwritten.slice(0, count).join('\n') + '\n');
    await this.file.datasync();
    this.unwritten = this.unwritten.slice(count);
    if (this.turnAt !== undefined) this.turnAt -= count;
  }

  /** A line that a dead process left half written is ended, so that the next id does not join it. */
  private async openYoung(): Promise<FileHandle> {
    const file = await open(this.path, 'a');
    const { size } = await file.stat();
    if (size < HEADER.length) await file.truncate(0);
    await file.appendFile(size < HEADER.length ? HEADER : '\n');
    return file;
  }

  private async guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      if (cause instanceof RapportError) throw cause;
      const code = (cause as NodeJS.ErrnoException).code ?? 'error';
      throw new RapportError('store_failed', `Ids cannot be kept in ${this.folder}: ${code}.`, { cause });
    }
  }
}

/** Oldest first; the last line only if it is whole. */
async function read(path: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  if (HEADER.startsWith(text)) return []; // it died while it made the file
  const lines = text.split('\n').slice(0, -1);
  if (`${lines[0]}\n` !== HEADER) throw new RapportError('store_failed', `${path} is not of this version.`);
  return lines.slice(1).filter((line) => LINE.test(line));
}
