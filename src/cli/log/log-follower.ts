import { RapportError } from '@rapport-live/protocol';
import { open } from 'node:fs/promises';
import { LogCursor } from '../../delivery/log-cursor';
import { decodeHeader, type LogRecord } from '../../delivery/record-line';
import { findSegments, type Segment } from '../../delivery/segment';

/**
 * Reads the log of a folder forwards while another process may be writing, rotating and removing its segments. Never
 * writes and never locks. A torn end is the end: it is looked at again when the file has grown.
 */
export class LogFollower {
  private segments: Segment[] = [];
  private readonly cursor: LogCursor;
  private nextOffset = 0;

  constructor(private readonly folder: string) {
    this.cursor = new LogCursor(() => this.segments, 0, false);
  }

  /**
   * The records that came since the last call. Throws RapportError `data_format` for a log of another version, and
   * for one that is damaged in the middle: records after the damage are never passed over silently.
   */
  async *take(): AsyncGenerator<LogRecord> {
    await this.refresh();
    for (;;) {
      const records = await this.cursor.next();
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

  /** The cursor knows a segment by its object: those that are still there stay the same ones and grow. */
  private async refresh(): Promise<void> {
    const known = new Map(this.segments.map((segment) => [segment.path, segment]));
    const found: Segment[] = [];
    for (const file of await filesOf(this.folder)) {
      const old = known.get(file.path);
      if (old !== undefined) {
        old.size = file.size;
        found.push(old);
        continue;
      }
      const headerBytes = await headerOf(file.path, file.baseOffset);
      if (headerBytes !== undefined) found.push({ ...file, start: 0, headerBytes });
    }
    this.segments = found;
  }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** None while the folder, or a file of it, is not there. */
async function filesOf(folder: string): ReturnType<typeof findSegments> {
  try {
    return await findSegments(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Undefined while the header is not whole: the file was made this moment, or is gone. */
async function headerOf(path: string, baseOffset: number): Promise<number | undefined> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const head = Buffer.alloc(64);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const header = decodeHeader(head.subarray(0, bytesRead), baseOffset);
    if (header.kind === 'foreign') throw new RapportError('data_format', `${path} ${header.reason}`);
    return header.kind === 'ok' ? header.bytes : undefined;
  } finally {
    await handle.close();
  }
}
