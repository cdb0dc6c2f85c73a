import { RapportError } from '@rapport-live/protocol';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MemorySeenIds, type SeenBounds, type SeenId, type SeenIds } from './seen-ids';

const HEADER = 'rapport-seen 2\n';
/** Of version 1, which had ids without offsets. */
const OLDER_HEADER = 'rapport-seen 1\n';
const LINE = /^(\S+)(?: (\d+))?$/;

/**
 * Ids with the offset of their record in two files, one line each: `seen.log` grows, and becomes `seen.old.log` when it
 * holds half of what is remembered. Each file is one generation in memory, after a restart too: else a full one could be
 * written over by the few ids behind it. A line that was not whole when the process died is no line. One process a folder.
 */
export class SeenIdsFolder implements SeenIds {
  private readonly memory: MemorySeenIds;
  private file: FileHandle | undefined;
  /** Of the younger file, its whole lines. */
  private bytes = 0;
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
      const [old, young] = [await read(this.oldPath), await read(this.path)];
      this.memory.restore(old.lines, young.lines);
      if (young.isOlder) await this.upgrade(young.lines);
      this.turnAt = undefined;
      this.unwritten = [];
      this.file = await this.openYoung();
    });
  }

  offsetOf(id: string): number | undefined {
    return this.memory.offsetOf(id);
  }

  add(id: string, offset: number): void {
    if (this.memory.offsetOf(id) === offset) return;
    this.memory.add(id, offset);
    this.unwritten.push(`${id} ${offset}`);
  }

  reserve(ids: number): void {
    this.memory.reserve(ids);
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

  /** What a refused write left behind the end is written over by the next, which begins with the same lines. */
  private async append(count: number): Promise<void> {
    if (count === 0) return;
    this.file ??= await this.openYoung();
    const bytes = Buffer.from(this.unwritten.slice(0, count).join('\n') + '\n');
    for (let done = 0; done < bytes.length;) {
      done += (await this.file.write(bytes, done, bytes.length - done, this.bytes + done)).bytesWritten;
    }
    await this.file.datasync();
    this.bytes += bytes.length;
    this.unwritten = this.unwritten.slice(count);
    if (this.turnAt !== undefined) this.turnAt -= count;
  }

  /** The younger file in this version: its ids have no offsets. */
  private async upgrade(lines: readonly SeenId[]): Promise<void> {
    const path = join(this.folder, 'seen.new.log');
    await writeFile(path, HEADER + lines.map(([id]) => `${id}\n`).join(''), { flush: true });
    await rename(path, this.path);
  }

  /** A line that a dead process left half written is cut off: it could read as another offset. */
  private async openYoung(): Promise<FileHandle> {
    const file = await open(this.path, constants.O_RDWR | constants.O_CREAT);
    this.bytes = (await file.readFile()).lastIndexOf('\n') + 1;
    await file.truncate(this.bytes);
    if (this.bytes === 0) {
      await file.write(HEADER, 0);
      this.bytes = HEADER.length;
    }
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

interface Found {
  /** Oldest first; the last one only if it was whole. */
  readonly lines: readonly SeenId[];
  readonly isOlder: boolean;
}

async function read(path: string): Promise<Found> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], isOlder: false };
    throw error;
  }
  if (HEADER.startsWith(text)) return { lines: [], isOlder: false }; // it died while it made the file
  const isOlder = text.startsWith(OLDER_HEADER);
  if (!isOlder && !text.startsWith(HEADER)) {
    throw new RapportError('store_failed', `${path} is not of this version.`);
  }
  const lines = text.slice(HEADER.length, text.lastIndexOf('\n') + 1).split('\n');
  return { isOlder, lines: lines.flatMap(parse) };
}

function parse(line: string): SeenId[] {
  const [, id, offset = '-1'] = LINE.exec(line) ?? [];
  return id === undefined ? [] : [[id, Number(offset)]];
}
