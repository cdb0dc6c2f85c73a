import { RapportError } from '@rapport-live/protocol';
import type { OutboxOptions } from './delivery-options';
import type { DiskBudget } from './disk-budget';
import { eraseInSegment, removeHalfErased } from './erasure/segment-eraser';
import type { LogClock } from './log-clock';
import { LogCursor } from './log-cursor';
import { type LogFile, type LogFiles, writeWhole } from './log-files';
import type { LogTail } from './log-tail';
import { type Place, readPlaces } from './read-places';
import { encodeHeader, type LogRecord, MAX_HEADER_BYTES } from './record-line';
import { type Segment, segmentPath } from './segment';
import { type OnRecord, type RecoveryReport, recoverSegments } from './segment-recovery';
import { isDue, type Retention, retentionOf } from './segment-retention';
import { BudgetReached } from './storage-fault';
import { Turns } from '../facts/turns';

export type SegmentLogOptions = Pick<OutboxOptions, 'dir' | 'maxCommitBytes' | 'maxSegmentBytes' | 'maxSegmentMs'> &
  Pick<OutboxOptions, 'retentionBytes' | 'retentionMs' | 'holdForSink'>;

export interface SegmentLogDeps {
  readonly files: LogFiles;
  readonly clock: LogClock;
  readonly budget: DiskBudget;
  /** Nothing at or above this offset may go yet, whoever has it. Default: no such bound. */
  readonly keptFrom?: () => number;
  /** Wall clock, ms: how old a file is that was there before us. */
  readonly wallMs: () => number;
  /** Names a log that has no name yet: a UUID. */
  readonly newLogId: () => string;
}

/**
 * The append-only log of a folder: whole commits go in, each durable before `commit` resolves, and records come out
 * by offset or by position. Knows nothing of sessions. `commit` must not be called while one runs.
 */
export class SegmentLog {
  /** Nothing below is needed by the sink any more. */
  floorOffset: number;
  private active: LogFile | undefined;
  /** The file may hold bytes of a failed commit behind its end: cut them off before anything else. */
  private dirty = false;
  /** A new segment could not be made, and its file may be there: no other must get what belongs into it. */
  private rolling = false;
  /** Commits and what makes or removes segments go one after the other. */
  private readonly turns = new Turns();

  private constructor(
    private readonly options: SegmentLogOptions,
    private readonly deps: SegmentLogDeps,
    private readonly segments: Segment[],
    private next: number,
    /** The log that offsets are of. */
    readonly logId: string,
    readonly recovery: RecoveryReport,
  ) {
    this.floorOffset = options.holdForSink ? 0 : Infinity;
  }

  /** A log whose last segment is of an older version goes on in a new one: what was written stays as it is. */
  static async open(options: SegmentLogOptions, deps: SegmentLogDeps, onRecord: OnRecord): Promise<SegmentLog> {
    const { dir, maxCommitBytes } = options;
    const { files, clock, wallMs, newLogId } = deps;
    await removeHalfErased(dir, files);
    const times = { nowMs: clock.nowMs(), wallMs: wallMs() };
    const recovered = await recoverSegments(dir, maxCommitBytes, onRecord, { files, ...times });
    const { segments, nextOffset, logId, report } = recovered;
    const log = new SegmentLog(options, deps, segments, nextOffset, logId ?? newLogId(), report);
    if (logId === undefined) await log.turns.take(() => log.roll());
    return log;
  }

  get nextOffset(): number {
    return this.next;
  }

  /** Of all segments. */
  get bytes(): number {
    return this.segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** Below it no record is written any more: the offset that the last segment begins with. */
  get finishedBelow(): number {
    return this.segments.at(-1)?.baseOffset ?? this.next;
  }

  /** Position of the oldest record that is still there; everything in memory that points below it is void. */
  get startPosition(): number {
    return this.segments[0]?.start ?? 0;
  }

  /**
   * Writes so many lines, `bytes`, and waits for the disk; all or nothing. Gives the position of the first. Rejects with the error of
   * the operating system or BudgetReached: the log is then as before, and the same lines may be tried again.
   */
  commit(bytes: Buffer, lines: number): Promise<number> {
    return this.turns.take(async () => {
      const { file, segment } = await this.writable(bytes.length);
      try {
        await writeWhole(file, bytes, segment.size);
      } catch (error) {
        this.dirty = true;
        await this.clean(file, segment).catch(() => undefined);
        await this.letGo();
        throw error;
      }
      const position = segment.start + segment.size;
      segment.size += bytes.length;
      segment.writtenMs = this.deps.clock.nowMs();
      this.next += lines;
      return position;
    });
  }

  /** `tail`: what of the log is still in memory. */
  cursor(fromOffset: number, tail?: LogTail): LogCursor {
    return new LogCursor(() => this.segments, fromOffset, true, this.deps.files, tail);
  }

  /** The records at these places, in order; null when retention has removed one of them. */
  readAt(places: readonly Place[]): Promise<LogRecord[] | null> {
    return readPlaces(this.segments, places, this.deps.files);
  }

  /** A last segment that may go, and should, is followed by another, so that it can. */
  finish(): Promise<void> {
    return this.turns.take(async () => {
      const last = this.segments.at(-1);
      const { retentionMs, maxSegmentMs } = this.options;
      if (last === undefined || !this.isReleased(last)) return;
      const isOld = this.ageMs(last.bornMs) > Math.min(maxSegmentMs, retentionMs);
      if (isOld || this.bytes > this.deps.budget.logBytes) await this.roll();
    });
  }

  /** Removes the old segments that may go. */
  retain(): Promise<void> {
    return this.turns.take(() => this.remove(this.retention()));
  }

  /**
   * Takes records out of every segment; the last one is followed by another first, so that it is never written again.
   * Commits come between two segments. Resolves to how many records were taken out.
   */
  async erase(isWanted: (record: LogRecord) => boolean): Promise<number> {
    await this.turns.take(async () => {
      const last = this.segments.at(-1);
      if (last !== undefined && last.size > last.headerBytes) await this.roll();
    });
    let count = 0;
    for (const segment of this.segments.slice(0, -1)) {
      count += await this.turns.take(async () =>
        // removed by retention meanwhile
        this.segments.includes(segment) ? eraseInSegment(segment, isWanted, this.deps.files) : 0,
      );
    }
    return count;
  }

  async close(): Promise<void> {
    await this.turns.over();
    await this.active?.close();
    this.active = undefined;
  }

  private ageMs(sinceMs: number): number {
    return this.deps.clock.nowMs() - sinceMs;
  }

  /** It holds records, and the sink has them all. */
  private isReleased({ size, headerBytes }: Segment): boolean {
    return size > headerBytes && this.floorOffset >= this.next;
  }

  private retention(spareBytes = 0): Retention {
    const { options, deps, floorOffset } = this;
    return retentionOf(options, {
      floorOffset: Math.min(floorOffset, deps.keptFrom?.() ?? Infinity),
      maxBytes: deps.budget.logBytes - spareBytes,
      nowMs: deps.clock.nowMs(),
    });
  }

  private async remove(retention: Retention): Promise<void> {
    while (isDue(this.segments, retention)) {
      // Out of the list first: who reads must not go there any more.
      const oldest = this.segments.shift()!;
      try {
        await this.deps.files.remove(oldest.path);
      } catch (error) {
        this.segments.unshift(oldest); // tried again the next time
        throw error;
      }
    }
  }

  private async writable(bytes: number): Promise<{ file: LogFile; segment: Segment }> {
    await this.makeRoom(bytes);
    const last = this.segments.at(-1);
    const { maxSegmentBytes, maxSegmentMs } = this.options;
    const isFull =
      last === undefined ||
      (last.size > last.headerBytes && (last.size + bytes > maxSegmentBytes || this.ageMs(last.bornMs) > maxSegmentMs));
    if (isFull || this.rolling) return this.roll();
    return { file: await this.reopened(last), segment: last };
  }

  /** Keeps the log within its share of the budget: what the sink has goes at once, however young; what it has not stays. */
  private async makeRoom(bytes: number): Promise<void> {
    const { budget } = this.deps;
    const spareBytes = bytes + MAX_HEADER_BYTES;
    if (this.bytes + spareBytes <= budget.logBytes) return;
    await this.remove(this.retention(spareBytes));
    const last = this.segments.at(-1);
    if (this.bytes + spareBytes > budget.logBytes && last !== undefined && this.isReleased(last)) {
      await this.roll();
      await this.remove(this.retention(spareBytes));
    }
    if (this.bytes + spareBytes <= budget.logBytes) return;
    const keptBytes = this.bytes + budget.otherKeptBytes;
    throw new BudgetReached(keptBytes, budget.budgetBytes, this.floorOffset < this.next);
  }

  /** The last segment's file without a torn end. A fault closes it: after one, only what is opened anew is trusted. */
  private async reopened(last: Segment): Promise<LogFile> {
    if (this.active === undefined) {
      const file = await this.deps.files.open(last.path, 'write');
      this.active = file;
      if ((await file.size()) < last.size) {
        await this.letGo();
        throw new RapportError('data_format', `${last.path} is shorter than what was written to it`);
      }
    }
    if (this.dirty) await this.clean(this.active, last);
    return this.active;
  }

  /** The file before must be clean first: only the last segment may ever have a torn end. */
  private async roll(): Promise<{ file: LogFile; segment: Segment }> {
    const { options, deps, next, logId } = this;
    const last = this.segments.at(-1);
    if (last !== undefined && this.dirty) await this.reopened(last);
    this.rolling = true;
    const path = segmentPath(options.dir, next);
    const header = encodeHeader(next, logId);
    const file = await deps.files.open(path, 'make');
    try {
      await writeWhole(file, header, 0);
      await file.sync();
      await deps.files.syncFolder(options.dir);
    } catch (error) {
      await file.close().catch(() => undefined);
      await deps.files.remove(path).catch(() => undefined);
      throw error;
    }
    await this.letGo();
    this.active = file;
    this.rolling = false;
    const start = last === undefined ? 0 : last.start + last.size;
    const now = deps.clock.nowMs();
    const size = header.length;
    const segment = { path, baseOffset: next, start, headerBytes: size, size, bornMs: now, writtenMs: now };
    // An empty one of an older version has the same name, and is no more.
    if (last?.baseOffset === next) this.segments.pop();
    this.segments.push(segment);
    return { file, segment };
  }

  private async clean(file: LogFile, segment: Segment): Promise<void> {
    await file.cut(segment.size);
    this.dirty = false;
  }

  private async letGo(): Promise<void> {
    const file = this.active;
    this.active = undefined;
    await file?.close().catch(() => undefined);
  }
}
