import { COMPACTED_TOPICS, TOPICS } from '@rapport-live/protocol';
import type { KafkaOptions } from './kafka-options';

/** A topic as it should be. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  /** Absent: as many as there are brokers, 3 at most. */
  readonly replication?: number;
  readonly cleanup: 'delete' | 'compact';
  /** Of topics that are not compacted. */
  readonly retentionMs?: number;
}

/** A topic as a cluster has it. */
export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  /** By Kafka's names, as Kafka writes the values. */
  readonly config: Readonly<Record<string, string>>;
}

const AUDIT = 'rapport.audit';
/** What Kafka's documentation advises beside three replicas and acks=all: one broker may be away, and no write is on one alone. */
const SAFE_REPLICATION = 3;
const MIN_IN_SYNC = 2;

type TopicOptions = Pick<
  KafkaOptions,
  'partitions' | 'replication' | 'retentionMs' | 'auditRetentionMs' | 'deadLetterTopic'
>;

/** Ours and the dead-letter topic. */
export function allTopics({ deadLetterTopic }: Pick<KafkaOptions, 'deadLetterTopic'>): string[] {
  return [...TOPICS, deadLetterTopic];
}

export function wantedTopic(name: string, options: TopicOptions): WantedTopic {
  const { partitions, replication, retentionMs, auditRetentionMs } = options;
  const copies = replication === undefined ? {} : { replication };
  if (COMPACTED_TOPICS.includes(name)) return { name, partitions, ...copies, cleanup: 'compact' };
  const keepMs = name === AUDIT ? auditRetentionMs : retentionMs;
  return { name, partitions, ...copies, cleanup: 'delete', retentionMs: keepMs };
}

/** Kafka's configuration of a topic that we make, with so many copies. */
export function topicConfig({ cleanup, retentionMs }: WantedTopic, replication: number): Record<string, string> {
  return {
    'cleanup.policy': cleanup,
    ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
    ...(replication >= SAFE_REPLICATION ? { 'min.insync.replicas': String(MIN_IN_SYNC) } : {}),
  };
}

/** How a topic differs, each with its name, value and wanted value. Undefined: it is not there. */
export function topicFaults(wanted: WantedTopic, found: FoundTopic | undefined): string[] {
  const { name, partitions, replication, cleanup, retentionMs } = wanted;
  if (found === undefined) {
    const copies = replication === undefined ? '' : `, replication factor ${replication}`;
    return [`${name} is missing; wanted: ${partitions} partitions${copies}, cleanup.policy ${cleanup}`];
  }
  const copies = replication ?? found.replication;
  const rows: [string, string | number | undefined, string | number][] = [
    ['partitions', found.partitions, partitions],
    ['replication factor', found.replication, copies],
    ['cleanup.policy', found.config['cleanup.policy'], cleanup],
    ...(retentionMs === undefined
      ? []
      : [['retention.ms', found.config['retention.ms'], String(retentionMs)] as [string, string | undefined, string]]),
  ];
  const faults = rows
    .filter(([, is, should]) => is !== should)
    .map(([what, is, should]) => `${name}: ${what} is ${is ?? 'unknown'}, wanted ${should}`);
  const inSync = Number(found.config['min.insync.replicas']);
  if (found.replication >= SAFE_REPLICATION && inSync < MIN_IN_SYNC) {
    faults.push(`${name}: min.insync.replicas is ${inSync}, wanted ${MIN_IN_SYNC}`);
  }
  return faults;
}
