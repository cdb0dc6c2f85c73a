import { join } from 'node:path';
import { type FileLook, type LogFiles, systemFiles } from './log-files';

/** One file of the log. `size` counts durable bytes only; of the last segment it grows. */
export interface Segment {
  readonly path: string;
  /** Offset of its first record. */
  readonly baseOffset: number;
  /** Where it begins in the log as a whole, in bytes, counted from the first segment found at the start. */
  readonly start: number;
  readonly headerBytes: number;
  size: number;
  /** On the clock of the log: made, and last written. Negative: before this process. */
  readonly bornMs: number;
  writtenMs: number;
}

const NAME = /^(\d{20})\.log$/;

/** Twenty digits, as Kafka's own segments: names sort as offsets do. */
export function segmentPath(folder: string, baseOffset: number): string {
  return join(folder, `${String(baseOffset).padStart(20, '0')}.log`);
}

export interface FoundFile extends FileLook {
  readonly path: string;
  readonly baseOffset: number;
}

/** Whether this is the name of a segment. */
export const isSegment = (name: string): boolean => NAME.test(name);

/** The segment files of a folder in the order of their offsets; one that retention removes meanwhile is not among them. */
export async function findSegments(folder: string, files: LogFiles = systemFiles): Promise<FoundFile[]> {
  const names = (await files.list(folder)).filter(isSegment).sort();
  const looks = await Promise.all(names.map((name) => files.look(join(folder, name))));
  return names.flatMap((name, i) => {
    const look = looks[i];
    return look === undefined ? [] : [{ ...look, path: join(folder, name), baseOffset: Number(name.slice(0, 20)) }];
  });
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
