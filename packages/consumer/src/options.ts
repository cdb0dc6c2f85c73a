import { RapportError, TOPICS } from '@rapport-live/protocol';
import type { DataKeySource } from './data-keys';
import type { Position, Topic } from './received';
import type { RegistryOptions } from './schema-registry';

/** Bounds of a consumer. Times are wall ms, sizes bytes; each has a default. */
export interface ConsumerBounds {
  /** Records read and not yet handed out; beyond either bound every partition is paused. Default 5,000. */
  readonly maxBufferedRecords: number;
  /** Their keys, values and headers. Default 16 MiB; what one fetch holds may come on top. */
  readonly maxBufferedBytes: number;
  /** Most bytes of one fetch from one broker. Default 4 MiB. */
  readonly maxFetchBytes: number;
  /** Of these, from one partition. Default 1 MiB. */
  readonly maxPartitionBytes: number;
  /** How long the broker may wait for records; a pause, a rebalance and the end wait for it. Default 250 ms. */
  readonly maxFetchWaitMs: number;
  /** Between two commits of what was worked off. Default 1 s. */
  readonly commitEveryMs: number;
  /** A member that the broker has not heard of for so long is given up. Default 30 s. */
  readonly sessionTimeoutMs: number;
  /** Between two heartbeats: they go on while your loop is busy, as long as it awaits now and then. Default 3 s. */
  readonly heartbeatMs: number;
  /** How long all members have to come together. Default 60 s. */
  readonly rebalanceTimeoutMs: number;
  /** To reach a broker at all, at the start. Default 10 s. */
  readonly connectTimeoutMs: number;
  /** Data keys kept in memory, each for `keyCacheMs`. Default 10,000. */
  readonly maxCachedKeys: number;
  /** For so long a destroyed key may still be used here. Default 60 s. */
  readonly keyCacheMs: number;
}

export const CONSUMER_BOUNDS: ConsumerBounds = {
  maxBufferedRecords: 5_000,
  maxBufferedBytes: 16 * 1024 * 1024,
  maxFetchBytes: 4 * 1024 * 1024,
  maxPartitionBytes: 1024 * 1024,
  maxFetchWaitMs: 250,
  commitEveryMs: 1_000,
  sessionTimeoutMs: 30_000,
  heartbeatMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  connectTimeoutMs: 10_000,
  maxCachedKeys: 10_000,
  keyCacheMs: 60_000,
};

/** Which ids are remembered to drop what comes twice. */
export interface DedupeOptions {
  /**
   * The oldest beyond are forgotten. Default 100,000: about 10 MB. With `storedOffsets` it is no less than twice what is learnt
   * of all partitions of this member, else one partition's would push out another's.
   */
  readonly maxIds?: number;
  /** Ids older than this are forgotten. Default 24 h. */
  readonly maxAgeMs?: number;
  /** Kept here over a restart, in two small files; one folder a process. Absent: in memory alone. */
  readonly folder?: string;
  /**
   * With `storedOffsets`: so many records before the stored one are read again at each assignment, for their ids alone, so
   * that a double of what took effect before is known, whoever read it; and no event is handed out while ids of records
   * further before it are not kept. Default 10,000: what the service has on its way at a time, so what it can send twice.
   */
  readonly learnRecords?: number;
}

/** A place that your own store holds: the record at `offset` took effect, the next one has not. */
export type StoredOffset = Position;

/** A partition by its name. */
export type PartitionName = Pick<Position, 'topic' | 'partition'>;

/** Something that went wrong and did not stop the iteration. */
export interface Trouble {
  readonly error: RapportError;
  /** The record that it is about. */
  readonly position?: Position;
}

export interface ConsumerOptions extends Partial<ConsumerBounds> {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  /** Members with one name share the partitions; each group reads everything. */
  readonly groupId: string;
  /** Default `rapport-consumer`. */
  readonly clientId?: string;
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** `false`: every record is handed out as often as it comes. */
  readonly dedupe?: DedupeOptions | false;
  /** Where keys of encrypted events come from; absent: such events are `malformed`. */
  readonly keys?: DataKeySource;
  /** Where schemas of Avro come from, which needs the package avsc; absent: such events are `malformed`. */
  readonly registry?: RegistryOptions;
  /** Told once each, besides counting; default: a process warning. */
  readonly onTrouble?: (trouble: Trouble) => void;
}

export interface EventsOptions<T extends Topic = Topic> {
  /** Default: all of them. */
  readonly topics?: readonly T[];
  /** Where a group begins that has committed nothing yet. Default `earliest`. */
  readonly begin?: 'earliest' | 'latest';
  /**
   * Replay: every partition begins with the first record stamped at or after this time, whatever the group committed
   * before. All members give the same time; a member that joins later, or again, goes on where the replay stands.
   */
  readonly from?: Date;
  /**
   * Exactly-once effect: what your store holds of these partitions, asked at each assignment, and gone on from there.
   * A partition that it does not name begins as `begin` says. With it the group's own commits are for show alone.
   */
  readonly storedOffsets?: (partitions: readonly PartitionName[]) => Promise<readonly StoredOffset[]>;
  /** Records that are no events: `skip` (and tell `onTrouble`), or hand them out. Default `skip`. */
  readonly malformed?: 'skip' | 'deliver';
  /** Check the data of every event against its schema; costs about as much as reading it. Default false. */
  readonly checkSchema?: boolean;
  /** Ends the iteration; what was worked off is committed. */
  readonly signal?: AbortSignal;
}

export function consumerBounds(options: ConsumerOptions): ConsumerBounds {
  const names = Object.keys(CONSUMER_BOUNDS) as (keyof ConsumerBounds)[];
  const bounds = Object.fromEntries(names.map((name) => [name, options[name] ?? CONSUMER_BOUNDS[name]]));
  for (const name of names) {
    const value: unknown = bounds[name];
    if (typeof value !== 'number' || !(value > 0)) throw wrong(`${name} is ${String(value)}, not a positive number`);
  }
  return bounds as unknown as ConsumerBounds;
}

/** Throws RapportError `consumer_options`. */
export function checkOptions({ brokers, groupId, registry }: ConsumerOptions): void {
  if (brokers.length === 0) throw wrong('brokers is empty');
  if (groupId === '') throw wrong('groupId is empty');
  if (registry !== undefined && !/^https?:\/\/[^@]+$/.test(registry.url)) {
    throw wrong('registry.url is no http or https URL without a user in it');
  }
}

/** The topics that are wanted. Throws RapportError `consumer_options`. */
export function checkEvents({ topics = TOPICS as readonly Topic[], from, storedOffsets }: EventsOptions): Topic[] {
  if (topics.length === 0) throw wrong('topics is empty');
  const other = topics.find((topic) => !TOPICS.includes(topic));
  if (other !== undefined) throw wrong(`topics has "${other}": events are in ${TOPICS.join(', ')}`);
  if (from !== undefined && Number.isNaN(from.getTime())) throw wrong('from is no valid date');
  if (from !== undefined && storedOffsets !== undefined) {
    throw wrong('from and storedOffsets both say where to begin: to replay, change what your store holds');
  }
  return [...new Set(topics)];
}

function wrong(what: string): RapportError {
  return new RapportError('consumer_options', `${what}.`);
}
