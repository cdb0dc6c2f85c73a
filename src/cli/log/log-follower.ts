import { RapportError } from '@rapport-live/protocol';
import { asRead, headerBytesOf, LogCursor } from '../../delivery/log-cursor';
import { isMissing, type LogFiles, systemFiles } from '../../delivery/log-files';
import type { LogRecord } from '../../delivery/record-line';
import { findSegments, type Segment } from '../../delivery/segment';

/**
 * Reads the log of a folder forwards while another process may be writing, rotating and removing its segments. Never
 * writes and never locks. A torn end is the end: it is looked at again when the file has grown.
 */
export class LogFollower {
  private segments: Segment[] = [];
  private readonly cursor: LogCursor;
  private nextOffset = 0;

  constructor(
    private readonly folder: string,
    private readonly files: LogFiles = systemFiles,
  ) {
    this.cursor = new LogCursor(() => this.segments, 0, false, files);
  }

  /**
   * The records that came since the last call. Throws RapportError `data_format` for a log of another version, and
   * for one that is damaged in the middle: records after the damage are never passed over silently.
   */
  async *take(): AsyncGenerator<LogRecord> {
    await this.refresh();
    for (;;) {
      const records = await this.next();
      if (records.length === 0) break;
      for (const record of records) {
        this.nextOffset = record.offset + 1;
        yield record;
      }
    }
    const ahead = this.segments.filter(({ baseOffset }) => baseOffset > this.nextOffset);
    if (ahead.length > 0 && this.segments.some(({ baseOffset }) => baseOffset <= this.nextOffset)) {
      throw new RapportError(
        'data_format',
        `The log in ${this.folder} cannot be read from record ${this.nextOffset} on, and goes on at ${ahead[0]!.baseOffset}`,
      );
    }
  }

  /** Retention may remove a segment that we know of before we come to it: then what is left is looked at anew. */
  private async next(): Promise<readonly LogRecord[]> {
    for (;;) {
      try {
        return await this.cursor.next();
      } catch (error) {
        if (!isMissing(error)) throw error;
        await this.refresh();
      }
    }
  }

  /** The cursor knows a segment by its object: those that are still there stay the same ones and grow. */
  private async refresh(): Promise<void> {
    const known = new Map(this.segments.map((segment) => [segment.path, segment]));
    const found: Segment[] = [];
    for (const file of await filesOf(this.folder, this.files)) {
      const old = known.get(file.path);
      if (old !== undefined) {
        old.size = file.size;
        found.push(old);
        continue;
      }
      const { path, baseOffset, size } = file;
      // not whole while the file is being made
      const headerBytes = await headerBytesOf(path, baseOffset, this.files);
      if (headerBytes !== undefined) found.push(asRead(path, baseOffset, size, headerBytes));
    }
    this.segments = found;
  }
}

/** None while the folder, or a file of it, is not there. */
async function filesOf(folder: string, files: LogFiles): ReturnType<typeof findSegments> {
  try {
    return await findSegments(folder, files);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
