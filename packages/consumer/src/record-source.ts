import type { RapportError } from '@rapport-live/protocol';
import type { PartitionName } from './options';

type HeaderValue = Buffer | string | undefined;

/** A record as the broker has it. */
export interface RawRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As the client library has them: a name that comes twice has a list. Most are never looked at. */
  readonly headers: Readonly<Record<string, HeaderValue | HeaderValue[]>>;
}

/** The first value under this name. */
export function headerText({ headers }: Pick<RawRecord, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

/** What a group has committed of a partition, and between which offsets its records lie now. */
export interface PartitionState extends PartitionName {
  /** The next offset to read; absent: nothing was committed. */
  readonly committed?: number;
  /** What was said with the commit. */
  readonly note: string;
  /** Offset of the oldest record that retention has left, and the offset that the next record will get. */
  readonly low: number;
  readonly high: number;
}

export interface Commit extends PartitionName {
  /** The next offset to read. */
  readonly next: number;
  readonly note: string;
}

/** What a source tells; nothing of a call is awaited. */
export interface SourceListener {
  /** These partitions are ours from now on, and no others. `kept`: nobody else had them since. */
  onAssigned(assigned: readonly (PartitionName & { readonly kept: boolean })[]): void;
  /** Records of one partition, in order. */
  onRecords(partition: PartitionName, records: readonly RawRecord[]): void;
  /** Nothing more will come. */
  onFailed(error: RapportError): void;
  /** It goes on by itself. */
  onTrouble(error: RapportError): void;
}

/** What the consumer needs of a Kafka client; `KafkaSource` is the real one. A partition is paused until it begins. */
export interface RecordSource {
  /** Rejects with `kafka_unavailable` or `topic_unknown`. */
  start(topics: readonly string[], listener: SourceListener): Promise<void>;
  states(partitions: readonly PartitionName[]): Promise<PartitionState[]>;
  /** First offset stamped at or after `timeMs`; the end where there is none. */
  offsetsAt(partitions: readonly PartitionName[], timeMs: number): Promise<(PartitionName & { offset: number })[]>;
  /** Reads the partition from this offset on. */
  begin(partition: PartitionName, offset: number): void;
  /** Nothing is fetched while held; heartbeats go on. */
  hold(held: boolean): void;
  /** False: not now, since partitions are being handed out anew. Rejects with `kafka_unavailable`. */
  commit(commits: readonly Commit[]): Promise<boolean>;
  stop(): Promise<void>;
}
