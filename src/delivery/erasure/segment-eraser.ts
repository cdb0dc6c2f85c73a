import { dirname, join } from 'node:path';
import { type LogFiles, writeWhole } from '../log-files';
import { decodeLines, type LogRecord } from '../record-line';
import type { Segment } from '../segment';
import { encodeErased, isErased } from './erased-line';

const SUFFIX = '.erasing';

/**
 * Takes records out of a segment that is never written again. A copy with each of them overwritten by a mark of its
 * length is made durable and put in its place by one rename: at any moment the file is as it was or as it will be, and
 * every offset and position stays right. The free space of a disk may keep the old bytes (docs/erasure.md).
 * Resolves to how many records were taken out.
 */
export async function eraseInSegment(
  { path, headerBytes, size }: Pick<Segment, 'path' | 'headerBytes' | 'size'>,
  isWanted: (record: LogRecord) => boolean,
  files: LogFiles,
): Promise<number> {
  const bytes = (await files.readWhole(path)).subarray(0, size);
  let count = 0;
  for (const { record, position, bytes: length } of decodeLines(bytes, headerBytes).records) {
    if (isErased(record) || !isWanted(record)) continue;
    encodeErased(record, length).copy(bytes, position);
    count += 1;
  }
  if (count === 0) return 0;
  const changedMs = (await files.look(path))?.changedMs;
  const copy = `${path}${SUFFIX}`;
  const file = await files.open(copy, 'make');
  try {
    await writeWhole(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  // after a restart retention goes by when a segment was changed last
  if (changedMs !== undefined) await files.stamp(copy, changedMs);
  await files.rename(copy, path);
  await files.syncFolder(dirname(path));
  return count;
}

/** Copies that a dead process left half made. */
export async function removeHalfErased(folder: string, files: LogFiles): Promise<void> {
  for (const name of await files.list(folder)) {
    if (name.endsWith(SUFFIX)) await files.remove(join(folder, name));
  }
}
