import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the log. `size` counts durable bytes only; of the last segment it grows. */
export interface Segment {
  readonly path: string;
  /** Offset of its first record. */
  readonly baseOffset: number;
  /** Where it begins in the log as a whole, in bytes, counted from the first segment found at the start. */
  readonly start: number;
  readonly headerBytes: number;
  size: number;
  /** Wall clock of its making and of its last commit, ms since 1970. */
  readonly bornMs: number;
  writtenMs: number;
}

const NAME = /^(\d{20})\.log$/;

/** Twenty digits, as Kafka's own segments: names sort as offsets do. */
export function segmentPath(folder: string, baseOffset: number): string {
  return join(folder, `${String(baseOffset).padStart(20, '0')}.log`);
}

export interface FoundFile {
  readonly path: string;
  readonly baseOffset: number;
  readonly size: number;
  readonly bornMs: number;
  readonly writtenMs: number;
}

/** The segment files of a folder in the order of their offsets; one that retention removes meanwhile is not among them. */
export async function findSegments(folder: string): Promise<FoundFile[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const found = await Promise.all(names.map((name) => lookAt(join(folder, name), Number(name.slice(0, 20)))));
  return found.filter((file) => file !== undefined);
}

async function lookAt(path: string, baseOffset: number): Promise<FoundFile | undefined> {
  try {
    const { size, birthtimeMs, mtimeMs } = await stat(path);
    const bornMs = birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs;
    return { path, baseOffset, size, bornMs, writtenMs: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the making or removing of a file durable. Windows cannot open folders and needs no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last element whose value is at most `wanted`, of a list in rising order. */
export function lastAtMost<T>(list: readonly T[], value: (element: T) => number, wanted: number): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value(list[middle]!) <= wanted) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}
