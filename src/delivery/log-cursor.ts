import { RapportError } from '@rapport-live/protocol';
import { open } from 'node:fs/promises';
import { decodeHeader, decodeLines, type LogRecord } from './record-line';
import { findSegments, lastAtMost, type Segment } from './segment';

const CHUNK_BYTES = 256 * 1024;

/** Reads a log forwards, a chunk at a time. Keeps no file open between chunks. */
export class LogCursor {
  private segment: Segment | undefined;
  private position = 0;

  constructor(
    /** The segments of now, oldest first. */
    private readonly segments: () => readonly Segment[],
    private nextOffset: number,
    /** Throw on a line that is no record; else the log ends there (another process may be writing it). */
    private readonly strict = true,
  ) {}

  /** The next records; none at the end of what is durable. Records that retention has removed are passed over. */
  async next(): Promise<LogRecord[]> {
    for (;;) {
      this.find();
      const segment = this.segment;
      if (segment === undefined) return [];
      if (this.position >= segment.size) {
        const list = this.segments();
        const following = list[list.indexOf(segment) + 1];
        if (following === undefined) return [];
        this.segment = following;
        this.position = following.headerBytes;
        continue;
      }
      const lines = await this.readLines(segment);
      if (lines === null) continue; // removed meanwhile
      if (lines.length === 0) return [];
      const wanted = lines.filter((record) => record.offset >= this.nextOffset);
      this.nextOffset = Math.max(this.nextOffset, lines[lines.length - 1]!.offset + 1);
      if (wanted.length > 0) return wanted;
    }
  }

  private find(): void {
    const list = this.segments();
    if (this.segment !== undefined && list.includes(this.segment)) return;
    this.segment = lastAtMost(list, (s) => s.baseOffset, this.nextOffset) ?? list[0];
    this.position = this.segment?.headerBytes ?? 0;
  }

  private async readLines(segment: Segment): Promise<LogRecord[] | null> {
    let handle;
    try {
      handle = await open(segment.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || this.segments().includes(segment)) throw error;
      return null;
    }
    try {
      for (let wanted = CHUNK_BYTES; ; wanted *= 4) {
        const bytes = Buffer.allocUnsafe(Math.min(wanted, segment.size - this.position));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.position);
        const lines = decodeLines(bytes.subarray(0, bytesRead));
        const isAll = bytes.length < wanted;
        if (lines.end === 0 && !lines.damaged && !isAll) continue; // a record longer than the chunk
        if (this.strict && (lines.damaged || (isAll && lines.end < bytes.length)) && lines.end === 0) {
          throw new RapportError('data_format', `${segment.path} is damaged at byte ${this.position}`);
        }
        this.position += lines.end;
        return lines.records.map((line) => line.record);
      }
    } finally {
      await handle.close();
    }
  }
}

/** The records of a folder as they are now, without opening it for writing: for the command line. */
export async function* readLogFolder(folder: string, fromOffset = 0): AsyncGenerator<LogRecord> {
  const segments: Segment[] = [];
  for (const file of await findSegments(folder)) {
    const handle = await open(file.path, 'r');
    try {
      const head = Buffer.alloc(64);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      const header = decodeHeader(head.subarray(0, bytesRead), file.baseOffset);
      if (header.kind === 'foreign') throw new RapportError('data_format', `${file.path} ${header.reason}`);
      if (header.kind === 'ok') segments.push({ ...file, start: 0, headerBytes: header.bytes });
    } finally {
      await handle.close();
    }
  }
  const cursor = new LogCursor(() => segments, fromOffset, false);
  for (let chunk = await cursor.next(); chunk.length > 0; chunk = await cursor.next()) yield* chunk;
}
