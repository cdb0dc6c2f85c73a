import { LineRecord } from './lazy-record';
import type { Encoded, LogRecord } from './record-line';
import type { DurableRecord } from './session-result';

/** One commit as readers get it: its records from the offset of the first, each with the key and the line that it was written with. */
export function writtenRecords(
  firstOffset: number,
  keys: readonly { readonly key: string }[],
  records: readonly DurableRecord[],
  { bytes, ends }: Encoded,
): LineRecord[] {
  return records.map(({ seq, topic, event }, i) => {
    const from = i === 0 ? 0 : ends[i - 1]!;
    return new LineRecord(firstOffset + i, seq, topic, keys[i]!.key, event, bytes, from, ends[i]! - 1);
  });
}

interface Commit {
  readonly records: readonly LineRecord[];
  readonly bytes: number;
  /** Where the log as a whole goes on behind it. */
  readonly endPosition: number;
}

/**
 * The newest commits of a log, still in memory: who reads at its end, as the sink does, gets them without the disk, the
 * checksum and the JSON. They stay until all who read have got them, and no longer than their bound allows; what is no
 * longer here is read from the files.
 */
export class LogTail {
  private commits: Commit[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Of what is here; undefined: nothing is. */
  get firstOffset(): number | undefined {
    return this.commits[0]?.records[0]!.offset;
  }

  /** It is durable, and follows the one before. */
  push(commit: Commit): void {
    if (commit.records.length === 0) return;
    this.commits.push(commit);
    this.bytes += commit.bytes;
    while (this.bytes > this.maxBytes && this.commits.length > 0) this.bytes -= this.commits.shift()!.bytes;
  }

  /** The records from `offset` to the end of their commit, and where that is; undefined when they are not here. */
  from(offset: number): { readonly records: readonly LogRecord[]; readonly endPosition: number } | undefined {
    const first = this.commits[0]?.records[0];
    if (first === undefined || offset < first.offset) return undefined;
    for (const { records, endPosition } of this.commits) {
      const at = offset - records[0]!.offset;
      if (at < 0) return undefined; // nobody read while it was written
      if (at < records.length) return { records: at === 0 ? records : records.slice(at), endPosition };
    }
    return undefined;
  }

  /** All who read are at this offset or behind it in the log: what lies before it is wanted by nobody. */
  forgetBelow(offset: number): void {
    while (this.commits.length > 0 && endOf(this.commits[0]!) <= offset) this.bytes -= this.commits.shift()!.bytes;
  }

  clear(): void {
    this.commits = [];
    this.bytes = 0;
  }
}

/** The offset behind its last record. */
const endOf = ({ records }: Commit): number => records[0]!.offset + records.length;
