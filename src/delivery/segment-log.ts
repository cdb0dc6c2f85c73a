import { RapportError } from '@rapport-live/protocol';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { OutboxOptions } from './delivery-options';
import { LogCursor } from './log-cursor';
import { decodeRecord, encodeHeader, type LogRecord } from './record-line';
import { lastAtMost, type Segment, segmentPath, syncFolder } from './segment';
import { type OnRecord, type RecoveryReport, recoverSegments } from './segment-recovery';

/**
 * A write returns when it is durable (POSIX open(2)): one trip through the thread pool a commit instead of two with
 * `datasync`, which remains for systems that have no O_DSYNC.
 */
const DURABLE = (constants.O_DSYNC as number | undefined) ?? 0;

/**
 * The append-only log of a folder: whole commits go in, each durable before `commit` resolves, and records come out
 * by offset or by position. Knows nothing of sessions. `commit` must not be called while one runs.
 */
export class SegmentLog {
  private active: FileHandle | undefined;
  /** The file may hold bytes of a failed commit behind its end: cut them off before anything else. */
  private dirty = false;

  private constructor(
    private readonly options: OutboxOptions,
    private readonly segments: Segment[],
    private next: number,
    readonly recovery: RecoveryReport,
  ) {}

  static async open(options: OutboxOptions, onRecord: OnRecord): Promise<SegmentLog> {
    const { segments, nextOffset, report } = await recoverSegments(options.dir, options.maxCommitBytes, onRecord);
    return new SegmentLog(options, segments, nextOffset, report);
  }

  get nextOffset(): number {
    return this.next;
  }

  /** Position of the oldest record that is still there; everything in memory that points below it is void. */
  get startPosition(): number {
    return this.segments[0]?.start ?? 0;
  }

  /** Writes the lines and waits for the disk; all or nothing. Gives the position of the first. */
  async commit(lines: readonly Buffer[]): Promise<number> {
    const bytes = lines.length === 1 ? lines[0]! : Buffer.concat(lines);
    const { file, segment } = await this.writable(bytes.length);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, segment.size + done);
        done += bytesWritten;
      }
      if (DURABLE === 0) await file.datasync();
    } catch (error) {
      this.dirty = true;
      await this.clean(file, segment).catch(() => undefined);
      throw error;
    }
    const position = segment.start + segment.size;
    segment.size += bytes.length;
    segment.writtenMs = Date.now();
    this.next += lines.length;
    return position;
  }

  cursor(fromOffset: number): LogCursor {
    return new LogCursor(() => this.segments, fromOffset);
  }

  /** The records at these places, in order; null when retention has removed one of them. */
  async readAt(places: readonly { position: number; bytes: number }[]): Promise<LogRecord[] | null> {
    const records: LogRecord[] = [];
    let handle: FileHandle | undefined;
    let opened: Segment | undefined;
    try {
      for (const { position, bytes } of places) {
        const segment = lastAtMost(this.segments, (s) => s.start, position);
        if (segment === undefined) return null;
        if (segment !== opened) {
          await handle?.close();
          handle = await open(segment.path, 'r');
          opened = segment;
        }
        const line = Buffer.allocUnsafe(bytes - 1);
        await handle!.read(line, 0, line.length, position - segment.start);
        const record = decodeRecord(line);
        if (record === null) {
          throw new RapportError('data_format', `${segment.path} is damaged at byte ${position - segment.start}`);
        }
        records.push(record);
      }
      return records;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    } finally {
      await handle?.close();
    }
  }

  /** Removes whole old segments that lie below `floorOffset` and are too old or too many. Never the last one. */
  async retain(floorOffset: number): Promise<void> {
    const { retentionBytes, retentionMs } = this.options;
    let total = this.segments.reduce((sum, segment) => sum + segment.size, 0);
    while (this.segments.length > 1) {
      const [oldest, second] = this.segments as [Segment, Segment];
      const tooOld = oldest.writtenMs < Date.now() - retentionMs;
      if (second.baseOffset > floorOffset || (total <= retentionBytes && !tooOld)) return;
      this.segments.shift();
      total -= oldest.size;
      await rm(oldest.path, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.active?.close();
    this.active = undefined;
  }

  private async writable(bytes: number): Promise<{ file: FileHandle; segment: Segment }> {
    const last = this.segments[this.segments.length - 1];
    const isFull =
      last === undefined ||
      (last.size > last.headerBytes &&
        (last.size + bytes > this.options.maxSegmentBytes || Date.now() - last.bornMs > this.options.maxSegmentMs));
    if (isFull) return this.roll(last);
    this.active ??= await open(last.path, constants.O_RDWR | DURABLE);
    if (this.dirty) await this.clean(this.active, last);
    return { file: this.active, segment: last };
  }

  /** The file before must be clean first: only the last segment may ever have a torn end. */
  private async roll(last: Segment | undefined): Promise<{ file: FileHandle; segment: Segment }> {
    if (last !== undefined && this.dirty) {
      this.active ??= await open(last.path, constants.O_RDWR | DURABLE);
      await this.clean(this.active, last);
    }
    const path = segmentPath(this.options.dir, this.next);
    const header = encodeHeader(this.next);
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | DURABLE);
    try {
      await file.write(header, 0, header.length, 0);
      await file.sync();
      await syncFolder(this.options.dir);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
    await this.active?.close().catch(() => undefined);
    this.active = file;
    const start = last === undefined ? 0 : last.start + last.size;
    const now = Date.now();
    const size = header.length;
    const segment = { path, baseOffset: this.next, start, headerBytes: size, size, bornMs: now, writtenMs: now };
    this.segments.push(segment);
    return { file, segment };
  }

  private async clean(file: FileHandle, segment: Segment): Promise<void> {
    await file.truncate(segment.size);
    await file.datasync();
    this.dirty = false;
  }
}
