import { dataIn } from './lazy-record';
import type { LogRecord } from './record-line';
import type { DurableRecord } from './session-result';

/** A record that was just written, as a reader of the log would get it; the data as it stands in its line is found when asked for. */
export class WrittenRecord implements LogRecord {
  readonly #line: Buffer;

  constructor(
    readonly offset: number,
    readonly seq: number,
    readonly topic: string,
    readonly key: string,
    readonly event: DurableRecord['event'],
    line: Buffer,
  ) {
    this.#line = line;
  }

  get dataJson(): Buffer | undefined {
    return dataIn(this.#line.subarray(0, -1))?.dataJson;
  }
}

/** One commit as readers get it: its records from the offset of the first, each with the key and the line that it was written with. */
export function writtenRecords(
  firstOffset: number,
  keys: readonly { readonly key: string }[],
  records: readonly DurableRecord[],
  lines: readonly Buffer[],
): WrittenRecord[] {
  return records.map(
    ({ seq, topic, event }, i) => new WrittenRecord(firstOffset + i, seq, topic, keys[i]!.key, event, lines[i]!),
  );
}

interface Commit {
  readonly records: readonly WrittenRecord[];
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
