import { AckWindow } from './ack-window';
import { backoffMs, sleep, within } from './backoff';
import { hasValue, isDeadLetter, toDeadLetter, withoutValue } from './dead-letter';
import type { EncodeEvent } from './event-encoding';
import { messageBytes, toKafkaMessage } from './kafka-message';
import type { KafkaOffset } from './kafka-offset';
import type { KafkaOptions } from './kafka-options';
import { kafkaTrouble, offsetTrouble } from './kafka-trouble';
import type { Outbox } from './outbox';
import type { LaneItem } from './partition-lane';
import { type PartitionProducer, type Refusal, REFUSALS, type RefusedError } from './partition-producer';
import type { LogRecord } from './record-line';
import type { ResultSink, SinkLog, SinkStatus } from './result-sink';
import { type Standing, TopicLanes } from './topic-lanes';
import { allTopics } from './topic-plan';
import { TroubleState } from './trouble-state';

/** Keys of erased sessions that are remembered. */
const MAX_FORGOTTEN = 10_000;

export interface SinkParts {
  readonly outbox: Pick<Outbox, 'readChunks' | 'nextOffset' | 'releaseBelow'>;
  readonly offset: Pick<KafkaOffset, 'read' | 'write'>;
  readonly producer: PartitionProducer;
  readonly log?: Partial<SinkLog>;
  /** How a record looks in Kafka. Default: CloudEvents in binary mode. */
  readonly encode?: EncodeEvent;
}

/**
 * Reads the outbox in its order and hands each record to the lane of its partition; writes down how far everything is
 * acknowledged. A record is never lost; after a crash or a broken producer the newest may arrive twice, with the same
 * `ce_id` and `rapport_seq`: consumers drop a repeated id. What Kafka will never take goes to the dead-letter topic.
 */
export class KafkaSink implements ResultSink {
  private readonly aborter = new AbortController();
  private readonly topics = new Map<string, TopicLanes>();
  private partitions: ReadonlyMap<string, number> = new Map();
  private window = new AckWindow<Unacked>(0);
  private bufferedBytes = 0;
  private savedOffset = 0;
  private saving: Promise<void> | undefined;
  private changed: (() => void)[] = [];
  private running: Promise<void> = Promise.resolve();
  /** Keys of erased sessions: of what was read before, the rest is passed over. */
  private readonly forgotten = new Set<string>();
  private readonly state: TroubleState;
  private readonly deadLettered = Object.fromEntries(REFUSALS.map((r) => [r, 0])) as Record<Refusal, number>;
  private readonly toldRefusals = new Set<string>();
  private faults: readonly string[] = [];

  constructor(
    private readonly parts: SinkParts,
    private readonly options: KafkaOptions,
  ) {
    this.state = new TroubleState(parts.log ?? {}, 2 * options.maxBackoffMs);
  }

  start(): void {
    this.running = this.run();
  }

  status(): SinkStatus {
    const oldest = this.window.oldest();
    const oldestUnackedMs = oldest === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldest.madeAt));
    const { maxAgeMs } = this.options;
    return {
      connected: this.state.connected,
      lagRecords: Math.max(0, this.parts.outbox.nextOffset - this.window.ackedOffset),
      oldestUnackedMs,
      isLate: maxAgeMs > 0 && oldestUnackedMs > maxAgeMs,
      deadLettered: { ...this.deadLettered },
      topicFaults: this.faults,
      ...this.state.shown(),
    };
  }

  forget(keys: ReadonlySet<string>): void {
    for (const key of keys) this.forgotten.add(key);
    while (this.forgotten.size > MAX_FORGOTTEN) this.forgotten.delete(this.forgotten.values().next().value!);
    for (const lanes of this.topics.values()) this.settled(lanes.drop(({ message }) => keys.has(message.key)));
  }

  /** What the client says while it retries by itself. That a topic just made has no leader yet is no trouble. */
  told(line: unknown): void {
    const trouble = kafkaTrouble(line);
    if (!this.isStopped && trouble.code !== 'other' && trouble.code !== 'topic') this.state.failed(trouble);
  }

  private trouble(error: unknown): void {
    if (!this.isStopped) this.state.failed(kafkaTrouble(error));
  }

  /** Topics that are there differ from what is wanted, and are taken as they are. */
  topicsDiffer(faults: readonly string[]): void {
    if (faults.length > 0 && faults.join() !== this.faults.join()) this.parts.log?.topicFaults?.(faults);
    this.faults = faults;
  }

  async stop(): Promise<void> {
    const deadline = Date.now() + this.options.stopTimeoutMs;
    // Without a connection nothing would come of waiting.
    while (this.state.connected && this.status().lagRecords > 0 && Date.now() < deadline) {
      await within(50, this.nextChange());
    }
    this.aborter.abort();
    this.wake();
    await within(1_000, this.parts.producer.disconnect());
    await within(1_000, this.running);
    await this.saving;
    await this.save().catch(() => undefined); // what it has is sent again, with the same ids
  }

  private get isStopped(): boolean {
    return this.aborter.signal.aborted;
  }

  private async run(): Promise<void> {
    const { outbox, offset, producer, encode = toKafkaMessage } = this.parts;
    const { signal } = this.aborter;
    await this.persistently(async () => {
      const saved = await offset.read();
      // Beyond the end: the log was removed and began again.
      this.savedOffset = saved <= outbox.nextOffset ? saved : 0;
      this.window = new AckWindow(this.savedOffset);
      outbox.releaseBelow(this.savedOffset);
    });
    const ready = this.persistently(async () => {
      await producer.connect();
      this.partitions = await producer.ensureTopics(allTopics(this.options));
      this.state.succeeded();
    });
    let next = this.savedOffset;
    let isReady = false;
    await this.persistently(async () => {
      for await (const records of outbox.readChunks(next, { follow: true, signal })) {
        for (const record of records) {
          const encoded = encode(record);
          const message = encoded instanceof Promise ? await encoded : encoded;
          const bytes = messageBytes(message);
          if (!this.hasRoom(bytes)) await this.room(bytes);
          if (this.isStopped) return;
          this.window.enter(record.offset, { madeAt: record.event.time });
          this.bufferedBytes += bytes;
          next = record.offset + 1;
          if (!isReady) await ready;
          isReady = true;
          if (this.isStopped) return;
          this.place(record, { offset: record.offset, message, bytes });
        }
      }
    });
    await ready;
  }

  private place({ key, topic, event }: LogRecord, item: LaneItem): void {
    const isPassedOver = this.forgotten.has(key) && event.type !== 'rapport.session.erased';
    if (isPassedOver) this.settled([item]);
    else this.lanes(topic).push(item);
  }

  private lanes(topic: string): TopicLanes {
    let lanes = this.topics.get(topic);
    if (lanes === undefined) {
      const events = {
        acked: (items: readonly LaneItem[]) => this.acked(items),
        failed: (error: unknown) => this.trouble(error),
        refused: (items: readonly LaneItem[], partition: number, error: RefusedError) =>
          this.refused(items, { topic, partition }, error),
      };
      const { producer } = this.parts;
      const partitions = this.partitions.get(topic);
      lanes = new TopicLanes(topic, partitions, producer, this.options, events, this.aborter.signal);
      this.topics.set(topic, lanes);
    }
    return lanes;
  }

  private acked(items: readonly LaneItem[]): void {
    this.state.succeeded();
    this.settled(items);
  }

  /** Nothing is to be done for these any more. */
  private settled(items: readonly LaneItem[]): void {
    for (const { offset, bytes } of items) {
      this.window.acknowledge(offset);
      this.bufferedBytes -= bytes;
    }
    this.wake();
    this.saving ??= this.saveSoon().finally(() => (this.saving = undefined));
  }

  /** They count as delivered once the dead-letter topic has them. A dead letter that is refused has nowhere else to go. */
  private refused(
    items: readonly LaneItem[],
    place: { topic: string; partition: number },
    error: RefusedError,
  ): boolean {
    const deadLetters = this.lanes(this.options.deadLetterTopic);
    if (items.some(({ message }) => isDeadLetter(message))) {
      if (error.all || items.some(({ message }) => !hasValue(message))) return false;
      for (const item of items) deadLetters.push({ ...item, message: withoutValue(item.message) });
      return true;
    }
    const at = new Date();
    for (const item of items) deadLetters.push({ ...item, message: toDeadLetter(item.message, place, error, at) });
    this.deadLettered[error.reason] += items.length;
    const told = `${place.topic} ${error.reason}`;
    if (!this.toldRefusals.has(told)) this.parts.log?.refused?.(place.topic, error.reason, error.message);
    this.toldRefusals.add(told);
    return true;
  }

  /** Until the disk takes it, whether or not more is acknowledged meanwhile. */
  private async saveSoon(): Promise<void> {
    do {
      await sleep(this.options.offsetFlushMs, this.aborter.signal);
      try {
        return await this.save();
      } catch (error) {
        if (!this.isStopped) this.state.failed(offsetTrouble(error));
      }
    } while (!this.isStopped);
  }

  private async save(): Promise<void> {
    const { ackedOffset } = this.window;
    if (ackedOffset <= this.savedOffset) return;
    // What Kafka has may go from a full disk, which may be why the offset cannot be written.
    this.parts.outbox.releaseBelow(ackedOffset);
    await this.parts.offset.write(ackedOffset);
    this.savedOffset = ackedOffset;
  }

  private hasRoom(bytes: number): boolean {
    const { maxBufferedRecords, maxBufferedBytes, maxReadAheadRecords } = this.options;
    if (this.window.size === 0) return true;
    if (!this.window.hasRoom(maxBufferedRecords) || this.bufferedBytes + bytes > maxBufferedBytes) return false;
    const ahead = this.window.size - maxReadAheadRecords;
    return ahead < 0 || ahead < this.standing().records;
  }

  private async room(bytes: number): Promise<void> {
    while (!this.hasRoom(bytes) && !this.isStopped) await within(this.standing().nextMs, this.nextChange());
  }

  private standing(): Standing {
    const nowMs = performance.now();
    const { stallMs } = this.options;
    const all = [...this.topics.values()].map((lanes) => lanes.standing(nowMs, stallMs));
    return {
      records: all.reduce((sum, { records }) => sum + records, 0),
      nextMs: Math.min(stallMs, ...all.map(({ nextMs }) => nextMs)),
    };
  }

  /** Tries until it succeeds or the sink stops. */
  private async persistently(action: () => Promise<void>): Promise<void> {
    const { minBackoffMs, maxBackoffMs } = this.options;
    for (let attempt = 0; !this.isStopped; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        this.trouble(error);
        await sleep(backoffMs(attempt, minBackoffMs, maxBackoffMs), this.aborter.signal);
      }
    }
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => this.changed.push(resolve));
  }

  private wake(): void {
    for (const resolve of this.changed.splice(0)) resolve();
  }
}

interface Unacked {
  /** ISO 8601, by the wall clock: only that of the oldest is ever read. */
  readonly madeAt: string;
}
