import { RapportError } from '@rapport-live/protocol';
import type { LogFiles } from './log-files';
import { decodeHead, type RecordHead } from './record-head';
import { decodeHeader, decodeLines, decodeRecord } from './record-line';
import { findSegments, type FoundFile, type Segment } from './segment';

/** What opening the log found. */
export interface RecoveryReport {
  readonly records: number;
  readonly segments: number;
  /** Bytes of an unfinished commit that were cut off. None of them had been acknowledged. */
  readonly truncatedBytes: number;
  /** Offsets that no file holds, `[from, to)`: somebody removed a segment from the middle. */
  readonly missing: readonly (readonly [number, number])[];
}

export interface Recovered {
  readonly segments: Segment[];
  readonly nextOffset: number;
  /** Undefined while no segment names it: none is there, or all are of version 1. */
  readonly logId: string | undefined;
  readonly report: RecoveryReport;
}

export interface RecoveryDeps {
  readonly files: LogFiles;
  /** Of the log's clock, and on the wall, both ms: how old a file is goes by both, and is never less than nothing. */
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Called for every record, with its place in the log as a whole. */
export type OnRecord = (record: RecordHead, position: number, bytes: number) => void;

/**
 * Reads and checks the whole log. Commits are written to the last segment only and a segment is followed by another
 * only when it is durable, so only the end of the last one may be torn, and by at most one commit; anything else is
 * damage, which is refused and never repaired silently.
 */
export async function recoverSegments(
  folder: string,
  maxCommitBytes: number,
  onRecord: OnRecord,
  { files, nowMs, wallMs }: RecoveryDeps,
): Promise<Recovered> {
  const found = await findSegments(folder, files);
  const onLogClock = (thenMs: number): number => nowMs - Math.max(0, wallMs - thenMs);
  const segments: Segment[] = [];
  const missing: [number, number][] = [];
  let nextOffset = found[0]?.baseOffset ?? 0;
  let logId: string | undefined;
  let records = 0;
  let start = 0;
  let truncatedBytes = 0;

  for (const [index, file] of found.entries()) {
    const isLast = index === found.length - 1;
    const bytes = await files.readWhole(file.path);
    const header = decodeHeader(bytes, file.baseOffset);
    if (header.kind === 'torn' && isLast) {
      await files.remove(file.path);
      await files.syncFolder(folder);
      truncatedBytes += bytes.length;
      nextOffset = Math.max(nextOffset, file.baseOffset);
      break;
    }
    if (header.kind !== 'ok') {
      throw new RapportError('data_format', `${file.path} ${header.kind === 'torn' ? 'has no header' : header.reason}`);
    }
    if (logId !== undefined && header.logId !== logId) throw damaged(file, 0, `is of another log, ${header.logId}`);
    logId = header.logId;
    if (file.baseOffset < nextOffset) throw damaged(file, 0, `begins before the end of the segment before it`);
    if (file.baseOffset > nextOffset) missing.push([nextOffset, file.baseOffset]);
    nextOffset = file.baseOffset;

    const lines = decodeLines(bytes, header.bytes, decodeHead);
    let end = header.bytes;
    for (const { record, position, bytes: length } of lines.records) {
      if (record.offset !== nextOffset)
        throw damaged(file, position, `says offset ${record.offset}, not ${nextOffset}`);
      onRecord(record, start + position, length);
      nextOffset += 1;
      records += 1;
      end = position + length;
    }
    if (end < bytes.length) {
      if (!isLast) throw damaged(file, end, 'is not what was written');
      if (holdsRecords(bytes.subarray(end + maxCommitBytes))) {
        throw damaged(file, end, 'is not what was written, and there are records long after it');
      }
      truncatedBytes += bytes.length - end;
    }
    // What was written and not yet synced when the process died is kept: from here on it counts as durable.
    if (isLast) await cut(files, file.path, end);
    const { path, baseOffset, bornMs, changedMs } = file;
    segments.push({
      ...{ path, baseOffset, start, headerBytes: header.bytes, size: end },
      ...{ bornMs: onLogClock(bornMs), writtenMs: onLogClock(changedMs) },
    });
    start += end;
  }
  return { segments, nextOffset, logId, report: { records, segments: segments.length, truncatedBytes, missing } };
}

async function cut(files: LogFiles, path: string, size: number): Promise<void> {
  const file = await files.open(path, 'write');
  try {
    await file.cut(size);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether any whole line is a record. */
function holdsRecords(bytes: Buffer): boolean {
  let from = 0;
  for (let feed = bytes.indexOf(0x0a); feed >= 0; feed = bytes.indexOf(0x0a, from)) {
    if (decodeRecord(bytes.subarray(from, feed)) !== null) return true;
    from = feed + 1;
  }
  return false;
}

function damaged(file: FoundFile, position: number, what: string): RapportError {
  return new RapportError(
    'data_format',
    `${file.path} is damaged: the record at byte ${position} ${what}. Move the file away to go on without its records`,
  );
}
