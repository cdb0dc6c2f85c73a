import { RapportError } from '@rapport-live/protocol';
import { isErased } from './erasure/erased-line';
import { isMissing, type LogFile, type LogFiles } from './log-files';
import { decodeRecord, type LogRecord } from './record-line';
import { lastAtMost, type Segment } from './segment';

/** A record's line in the log as a whole, bytes; with its line feed. */
export interface Place {
  readonly position: number;
  readonly bytes: number;
}

/** The records at these places, in order; null when one of them was removed or erased. Rejects with `data_format`. */
export async function readPlaces(
  segments: readonly Segment[],
  places: readonly Place[],
  files: LogFiles,
): Promise<LogRecord[] | null> {
  const records: LogRecord[] = [];
  let file: LogFile | undefined;
  let opened: Segment | undefined;
  try {
    for (const { position, bytes } of places) {
      const segment = lastAtMost(segments, ({ start }) => start, position);
      if (segment === undefined) return null;
      if (file === undefined || segment !== opened) {
        await file?.close();
        file = undefined;
        file = await files.open(segment.path, 'read');
        opened = segment;
      }
      const line = Buffer.allocUnsafe(bytes - 1);
      await file.read(line, position - segment.start);
      const record = decodeRecord(line);
      if (record === null) {
        throw new RapportError('data_format', `${segment.path} is damaged at byte ${position - segment.start}`);
      }
      if (isErased(record)) return null;
      records.push(record);
    }
    return records;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  } finally {
    await file?.close();
  }
}
