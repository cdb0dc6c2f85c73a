import { RapportError } from '@rapport-live/protocol';
import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  Kafka,
  type KafkaMessage,
  type LogEntry,
  logLevel,
} from 'kafkajs';
import type { ConsumerBounds, ConsumerOptions, PartitionName } from './options';
import type { Commit, PartitionState, RawRecord, RecordSource, SourceListener } from './record-source';

/** How long a full buffer is waited for before its partitions are paused. */
const PAUSE_AFTER_MS = 100;

/** Errors of a commit that the next assignment makes good. */
const REBALANCING = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

const nameOf = ({ topic, partition }: PartitionName): string => `${topic}|${partition}`;

/**
 * The one file that knows kafkajs (2.2.4). Offsets are committed by us alone, and every partition that we gain is paused
 * until it is known where it begins: kafkajs would go on from what was committed last, also in a partition that was
 * never taken from us, and silently from another place when that is not there any more.
 */
export class KafkaSource implements RecordSource {
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private consumer: Consumer | undefined;
  private listener: SourceListener | undefined;
  private memberId: string | undefined;
  /** By partition: the next offset to fetch; undefined until it began. */
  private readonly next = new Map<string, number | undefined>();
  private assigned: PartitionName[] = [];
  private held = false;
  private isClosed = false;
  private isPaused = false;
  private released: (() => void) | undefined;
  /**
   * Of the last batch. The consumer's own `commitOffsets` tries again by itself, also after a rebalance: then it takes back
   * what another member has committed of a partition that was ours.
   */
  private commitOnce: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;

  constructor(
    private readonly options: ConsumerOptions,
    private readonly bounds: ConsumerBounds,
  ) {
    const { brokers, clientId = 'rapport-consumer', ssl = false, sasl } = options;
    this.kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      ssl,
      ...(sasl === undefined ? {} : { sasl: sasl as never }),
      connectionTimeout: Math.min(3_000, bounds.connectTimeoutMs),
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 40 },
      logLevel: logLevel.ERROR,
      logCreator: () => this.onLog,
    });
    this.admin = this.kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 } });
  }

  async start(topics: readonly string[], listener: SourceListener): Promise<void> {
    this.listener = listener;
    const { bounds } = this;
    await within(bounds.connectTimeoutMs, this.admin.connect(), this.options.brokers);
    const existing = new Set(await this.admin.listTopics().catch(unavailable));
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0) throw new RapportError('topic_unknown', `There is no topic ${missing.join(', ')}.`);
    const consumer = this.kafka.consumer({
      groupId: this.options.groupId,
      sessionTimeout: bounds.sessionTimeoutMs,
      heartbeatInterval: bounds.heartbeatMs,
      rebalanceTimeout: bounds.rebalanceTimeoutMs,
      maxBytes: bounds.maxFetchBytes,
      maxBytesPerPartition: bounds.maxPartitionBytes,
      maxWaitTimeInMs: bounds.maxFetchWaitMs,
      allowAutoTopicCreation: false,
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberId, payload.memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      const told = new RapportError('kafka_unavailable', `${error.message}.`, { cause: error });
      this.commitOnce = undefined;
      if (restart) listener.onTrouble(told);
      else listener.onFailed(told);
    });
    await within(bounds.connectTimeoutMs, consumer.connect(), this.options.brokers);
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.fetched(payload),
    });
  }

  async states(partitions: readonly PartitionName[]): Promise<PartitionState[]> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const committed = await this.admin.fetchOffsets({ groupId: this.options.groupId, topics }).catch(unavailable);
    const bounds = await Promise.all(topics.map((topic) => this.admin.fetchTopicOffsets(topic))).catch(unavailable);
    return partitions.map(({ topic, partition }) => {
      const at = topics.indexOf(topic);
      const { offset = '-1', metadata } =
        committed.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition) ?? {};
      const { low, high } = bounds[at]!.find((one) => one.partition === partition)!;
      return {
        ...{ topic, partition, note: metadata ?? '', low: Number(low), high: Number(high) },
        ...(Number(offset) < 0 ? {} : { committed: Number(offset) }),
      };
    });
  }

  async offsetsAt(
    partitions: readonly PartitionName[],
    timeMs: number,
  ): Promise<(PartitionName & { offset: number })[]> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const found = await Promise.all(
      topics.map(async (topic) => {
        const offsets = await this.admin.fetchTopicOffsetsByTimestamp(topic, timeMs).catch(unavailable);
        return offsets.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }));
      }),
    );
    return found.flat();
  }

  begin({ topic, partition }: PartitionName, offset: number): void {
    const name = nameOf({ topic, partition });
    if (!this.next.has(name)) return; // taken away meanwhile
    this.next.set(name, offset);
    this.now((consumer) => consumer.seek({ topic, partition, offset: String(offset) }));
    this.pauseOrResume();
  }

  hold(held: boolean): void {
    this.held = held;
    if (held) return; // see `fetched`
    this.isPaused = false;
    this.released?.();
    this.pauseOrResume();
  }

  async commit(commits: readonly Commit[]): Promise<boolean> {
    const offsets = commits.map(({ topic, partition, next, note }) => ({
      ...{ topic, partition, offset: String(next), metadata: note },
    }));
    if (this.consumer === undefined) return false;
    try {
      if (this.commitOnce === undefined) await this.consumer.commitOffsets(offsets);
      else await this.commitOnce({ topics: byTopic(offsets) });
      return true;
    } catch (error) {
      if (isRebalancing(error)) return false;
      return unavailable(error);
    }
  }

  async stop(): Promise<void> {
    const { consumer } = this;
    this.isClosed = true;
    this.consumer = undefined;
    await consumer?.disconnect().catch(() => undefined);
    await this.admin.disconnect().catch(() => undefined);
  }

  /** Called before anything of the new assignment is fetched, in the same turn. */
  private joined(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): void {
    // Who is given up gets a new id: then others may have had our partitions meanwhile.
    const isSameMember = memberId === this.memberId;
    this.memberId = memberId;
    const before = new Map(this.next);
    this.next.clear();
    this.assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    const told = this.assigned.map(({ topic, partition }) => {
      const next = isSameMember ? before.get(nameOf({ topic, partition })) : undefined;
      this.next.set(nameOf({ topic, partition }), next);
      if (next !== undefined) this.now((consumer) => consumer.seek({ topic, partition, offset: String(next) }));
      return { topic, partition, kept: next !== undefined };
    });
    this.pauseOrResume();
    this.listener?.onAssigned(told);
  }

  /**
   * Held up for a moment, it waits here; for longer, it pauses: kafkajs looks only every `maxFetchWaitMs` whether a pause
   * is over, which would slow a fast reader down.
   */
  private async fetched({ batch, resolveOffset, isStale, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    this.commitOnce = commitOffsetsIfNecessary;
    const { topic, partition } = batch;
    const name = nameOf({ topic, partition });
    const next = this.next.get(name);
    if (next === undefined || isStale()) return;
    const records = batch.messages.map(asRecord).filter(({ offset }) => offset >= next);
    this.next.set(name, Math.max(next, Number(batch.lastOffset()) + 1));
    resolveOffset(batch.lastOffset());
    if (records.length > 0) this.listener?.onRecords({ topic, partition }, records);
    if (!this.held || this.isPaused) return;
    await this.release(PAUSE_AFTER_MS);
    this.isPaused = this.held;
    if (this.isPaused) this.pauseOrResume();
  }

  private async release(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.released = resolve;
      timer = setTimeout(resolve, withinMs);
    });
    clearTimeout(timer);
    this.released = undefined;
  }

  private pauseOrResume(): void {
    const isPaused = (one: PartitionName): boolean => this.isPaused || this.next.get(nameOf(one)) === undefined;
    const paused = this.assigned.filter(isPaused);
    const running = this.assigned.filter((one) => !isPaused(one));
    const named = (some: readonly PartitionName[]): { topic: string; partitions: number[] }[] =>
      some.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    this.now((consumer) => {
      consumer.pause(named(paused));
      consumer.resume(named(running));
    });
  }

  /**
   * Once closed it would go on connecting, and keep the process, for half a minute: only a TypeError ends its retries, and
   * the one place to throw it from is the log line that the broker pool writes inside each. It says nothing else of use:
   * what ends an attempt for good comes as an error.
   */
  private readonly onLog = ({ namespace }: LogEntry): void => {
    if (this.isClosed && namespace === 'BrokerPool') throw new TypeError('the consumer is closed');
  };

  /** Between a crash and its restart kafkajs has no group to act on; the next assignment says it all again. */
  private now(action: (consumer: Consumer) => void): void {
    try {
      if (this.consumer !== undefined) action(this.consumer);
    } catch {
      // see above
    }
  }
}

/** Errors of the library wrap one another. */
function isRebalancing(error: unknown): boolean {
  for (let one = error as { type?: string; cause?: unknown } | undefined; one; one = one.cause as typeof one) {
    if (REBALANCING.has(one.type ?? '')) return true;
  }
  return false;
}

function byTopic<P extends { readonly topic: string }>(offsets: readonly P[]): { topic: string; partitions: P[] }[] {
  const topics = new Set(offsets.map(({ topic }) => topic));
  return [...topics].map((topic) => ({ topic, partitions: offsets.filter((one) => one.topic === topic) }));
}

function asRecord({ offset, timestamp, key, value, headers = {} }: KafkaMessage): RawRecord {
  return { offset: Number(offset), timestampMs: Number(timestamp), key, value, headers };
}

function unavailable(cause: unknown): never {
  const what = cause instanceof Error ? cause.message : String(cause);
  throw new RapportError('kafka_unavailable', `${what}.`, { cause });
}

async function within(timeoutMs: number, connected: Promise<void>, brokers: readonly string[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([connected, late]);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new RapportError('kafka_unavailable', `${brokers.join(', ')}: ${what}.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
