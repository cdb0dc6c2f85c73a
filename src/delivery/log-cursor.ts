import { RapportError } from '@rapport-live/protocol';
import { isErased } from './erasure/erased-line';
import { isMissing, type LogFiles, systemFiles } from './log-files';
import type { LogTail } from './log-tail';
import { decodeLazily } from './lazy-record';
import { decodeHeader, decodeLines, type LogRecord, MAX_HEADER_BYTES } from './record-line';
import { findSegments, lastAtMost, type Segment } from './segment';

const CHUNK_BYTES = 256 * 1024;

/** Reads a log forwards, a chunk at a time. Keeps no file open between chunks. */
export class LogCursor {
  private segment: Segment | undefined;
  private position = 0;
  /** In the log as a whole, of `nextOffset`: known behind what the tail gave. */
  private nextPosition = 0;

  constructor(
    /** The segments of now, oldest first. */
    private readonly segments: () => readonly Segment[],
    private nextOffset: number,
    /** Throw on a line that is no record; else the log ends there (another process may be writing it). */
    private readonly strict = true,
    private readonly files: LogFiles = systemFiles,
    /** What was written last; absent for who reads files alone. */
    private readonly tail?: LogTail,
  ) {}

  /** Of the record that it reads next. */
  get offset(): number {
    return this.nextOffset;
  }

  /** The next records; none at the end of what is durable. Records that were removed or erased are passed over. */
  async next(): Promise<readonly LogRecord[]> {
    const written = this.tail?.from(this.nextOffset);
    if (written !== undefined) {
      this.nextOffset += written.records.length;
      this.nextPosition = written.endPosition;
      this.segment = undefined;
      return written.records;
    }
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
      const wanted = lines.filter((record) => record.offset >= this.nextOffset && !isErased(record));
      this.nextOffset = Math.max(this.nextOffset, lines[lines.length - 1]!.offset + 1);
      if (wanted.length > 0) return wanted;
    }
  }

  private find(): void {
    const list = this.segments();
    if (this.segment !== undefined && list.includes(this.segment)) return;
    this.segment = lastAtMost(list, (s) => s.baseOffset, this.nextOffset) ?? list[0];
    const { start = 0, headerBytes = 0 } = this.segment ?? {};
    this.position = Math.max(headerBytes, this.nextPosition - start);
  }

  private async readLines(segment: Segment): Promise<LogRecord[] | null> {
    let file;
    try {
      file = await this.files.open(segment.path, 'read');
    } catch (error) {
      if (!isMissing(error) || this.segments().includes(segment)) throw error;
      return null;
    }
    try {
      for (let wanted = CHUNK_BYTES; ; wanted *= 4) {
        const bytes = Buffer.allocUnsafe(Math.min(wanted, segment.size - this.position));
        const bytesRead = await file.read(bytes, this.position);
        const lines = decodeLines(bytes.subarray(0, bytesRead), 0, decodeLazily);
        const isAll = bytes.length < wanted;
        if (lines.end === 0 && !lines.damaged && !isAll) continue; // a record longer than the chunk
        if (this.strict && (lines.damaged || (isAll && lines.end < bytes.length)) && lines.end === 0) {
          throw new RapportError('data_format', `${segment.path} is damaged at byte ${this.position}`);
        }
        this.position += lines.end;
        return lines.records.map((line) => line.record);
      }
    } finally {
      await file.close();
    }
  }
}

/** The length of a segment's header; undefined while it is not whole, or when the file is gone. Throws `data_format`. */
export async function headerBytesOf(path: string, baseOffset: number, files: LogFiles): Promise<number | undefined> {
  const file = await files.open(path, 'read').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const head = Buffer.alloc(MAX_HEADER_BYTES);
    const header = decodeHeader(head.subarray(0, await file.read(head, 0)), baseOffset);
    if (header.kind === 'foreign') throw new RapportError('data_format', `${path} ${header.reason}`);
    return header.kind === 'ok' ? header.bytes : undefined;
  } finally {
    await file.close();
  }
}

/** The records of a folder as they are now, without opening it for writing: for the command line. */
export async function* readLogFolder(folder: string, fromOffset = 0): AsyncGenerator<LogRecord> {
  const segments: Segment[] = [];
  for (const { path, baseOffset, size } of await findSegments(folder)) {
    const headerBytes = await headerBytesOf(path, baseOffset, systemFiles);
    if (headerBytes !== undefined) segments.push(asRead(path, baseOffset, size, headerBytes));
  }
  const cursor = new LogCursor(() => segments, fromOffset, false);
  for (let chunk = await cursor.next(); chunk.length > 0; chunk = await cursor.next()) yield* chunk;
}

/** A segment of somebody who reads and removes nothing: its age and its place in the log as a whole are of no use. */
export function asRead(path: string, baseOffset: number, size: number, headerBytes: number): Segment {
  return { path, baseOffset, size, headerBytes, start: 0, bornMs: 0, writtenMs: 0 };
}
