import { TOPICS } from '@rapport-live/protocol';
import { AckWindow } from './ack-window';
import { backoffMs, sleep, within } from './backoff';
import type { KafkaOptions } from './delivery-options';
import { type KafkaMessage, messageBytes, toKafkaMessage } from './kafka-message';
import type { EncodeEvent } from './event-encoding';
import type { KafkaOffset } from './kafka-offset';
import { javaPartition } from './murmur2';
import type { Outbox } from './outbox';
import { type LaneItem, PartitionLane } from './partition-lane';
import { type PartitionProducer, ProducerBrokenError } from './partition-producer';
import type { LogRecord } from './record-line';
import type { ResultSink, SinkStatus } from './result-sink';

/** Keys of erased sessions that are remembered. */
const MAX_FORGOTTEN = 10_000;

/**
 * Reads the outbox in its order and hands each record to the lane of its partition; writes down how far everything is
 * acknowledged. A record is never lost; after a crash or a broken producer the newest may arrive twice, with the same
 * `ce_id` and `rapport_seq`: consumers drop a repeated id.
 */
export class KafkaSink implements ResultSink {
  private readonly aborter = new AbortController();
  private readonly lanes = new Map<string, PartitionLane>();
  private partitions: ReadonlyMap<string, number> = new Map();
  private window = new AckWindow<Unacked>(0);
  private bufferedBytes = 0;
  private savedOffset = 0;
  private saving: Promise<void> | undefined;
  private changed: (() => void)[] = [];
  private sending = 0;
  private renewing: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();
  /** Keys of erased sessions: of what was read before, the rest is passed over. */
  private readonly forgotten = new Set<string>();
  private connected = false;
  private lastError: string | undefined;

  constructor(
    private readonly outbox: Pick<Outbox, 'read' | 'nextOffset' | 'releaseBelow'>,
    private readonly offset: Pick<KafkaOffset, 'read' | 'write'>,
    private readonly producer: PartitionProducer,
    private readonly options: KafkaOptions,
    private readonly encode: EncodeEvent = toKafkaMessage,
  ) {}

  start(): void {
    this.running = this.run();
  }

  status(): SinkStatus {
    const oldest = this.window.oldest();
    return {
      connected: this.connected,
      lagRecords: Math.max(0, this.outbox.nextOffset - this.window.ackedOffset),
      oldestUnackedMs: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.madeAtMs),
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    };
  }

  forget(keys: ReadonlySet<string>): void {
    for (const key of keys) this.forgotten.add(key);
    while (this.forgotten.size > MAX_FORGOTTEN) this.forgotten.delete(this.forgotten.values().next().value!);
    for (const lane of this.lanes.values()) this.settled(lane.drop(({ message }) => keys.has(message.key)));
  }

  /** What the client says while it retries by itself. */
  trouble(message: string): void {
    this.connected = false;
    this.lastError = message;
  }

  async stop(): Promise<void> {
    const deadline = Date.now() + this.options.stopTimeoutMs;
    // Without a connection nothing would come of waiting.
    while (this.connected && this.window.ackedOffset < this.outbox.nextOffset && Date.now() < deadline) {
      await within(50, this.nextChange());
    }
    this.aborter.abort();
    this.wake();
    await within(1_000, this.producer.disconnect());
    await within(1_000, this.running);
    await this.saving;
    await this.save().catch((error: unknown) => this.fail(error));
  }

  private get isStopped(): boolean {
    return this.aborter.signal.aborted;
  }

  private async run(): Promise<void> {
    const { signal } = this.aborter;
    await this.persistently(async () => {
      const saved = await this.offset.read();
      // Beyond the end: the log was removed and began again.
      this.savedOffset = saved <= this.outbox.nextOffset ? saved : 0;
      this.window = new AckWindow(this.savedOffset);
      this.outbox.releaseBelow(this.savedOffset);
    });
    const ready = this.persistently(async () => {
      await this.producer.connect();
      this.partitions = await this.producer.ensureTopics(TOPICS);
      this.connected = true;
    });
    let next = this.savedOffset;
    await this.persistently(async () => {
      for await (const record of this.outbox.read(next, { follow: true, signal })) {
        const message = await this.encode(record);
        const bytes = messageBytes(message);
        await this.room(bytes);
        if (this.isStopped) return;
        this.window.enter(record.offset, { bytes, madeAtMs: Date.parse(record.event.time) });
        this.bufferedBytes += bytes;
        next = record.offset + 1;
        await ready;
        await this.route(record, message, bytes);
      }
    });
    await ready;
  }

  private async route(record: LogRecord, message: KafkaMessage, bytes: number): Promise<void> {
    const { topic, offset } = record;
    if (!this.partitions.has(topic)) {
      await this.persistently(async () => {
        this.partitions = new Map([...this.partitions, ...(await this.producer.ensureTopics([topic]))]);
      });
    }
    if (this.isStopped) return;
    if (this.forgotten.has(record.key) && record.event.type !== 'rapport.session.erased') {
      return this.settled([{ offset, message, bytes }]);
    }
    this.lane(topic, javaPartition(message.key, this.partitions.get(topic)!)).push({ offset, message, bytes });
  }

  private lane(topic: string, partition: number): PartitionLane {
    const name = `${topic}-${partition}`;
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new PartitionLane(
        (messages) => this.send(topic, partition, messages),
        (items) => this.acked(items),
        (error) => this.fail(error),
        this.options,
        this.aborter.signal,
      );
      this.lanes.set(name, lane);
    }
    return lane;
  }

  private async send(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    while (this.renewing !== undefined) await this.renewing;
    this.sending += 1;
    try {
      await this.producer.send(topic, partition, messages);
    } catch (error) {
      if (error instanceof ProducerBrokenError) this.renewSoon();
      throw error;
    } finally {
      this.sending -= 1;
      this.wake();
    }
  }

  /** No new send begins, those under way end, then the producer is replaced. */
  private renewSoon(): void {
    this.renewing ??= (async () => {
      while (this.sending > 0) await this.nextChange();
      await this.persistently(() => this.producer.renew());
      this.renewing = undefined;
    })();
  }

  private acked(items: readonly LaneItem[]): void {
    this.connected = true;
    this.settled(items);
  }

  /** Nothing is to be done for these any more. */
  private settled(items: readonly LaneItem[]): void {
    for (const { offset, bytes } of items) {
      this.window.acknowledge(offset);
      this.bufferedBytes -= bytes;
    }
    this.wake();
    this.saving ??= sleep(this.options.offsetFlushMs, this.aborter.signal)
      .then(() => this.save())
      .catch((error: unknown) => this.fail(error))
      .finally(() => (this.saving = undefined));
  }

  private async save(): Promise<void> {
    const { ackedOffset } = this.window;
    if (ackedOffset <= this.savedOffset) return;
    // What Kafka has may go from a full disk, which may be why the offset cannot be written.
    this.outbox.releaseBelow(ackedOffset);
    await this.offset.write(ackedOffset);
    this.savedOffset = ackedOffset;
  }

  private async room(bytes: number): Promise<void> {
    const { maxBufferedRecords, maxBufferedBytes } = this.options;
    const isFull = (): boolean =>
      this.window.size >= maxBufferedRecords || (this.window.size > 0 && this.bufferedBytes + bytes > maxBufferedBytes);
    while (isFull() && !this.isStopped) await this.nextChange();
  }

  /** Tries until it succeeds or the sink stops. */
  private async persistently(action: () => Promise<void>): Promise<void> {
    const { minBackoffMs, maxBackoffMs } = this.options;
    for (let attempt = 0; !this.isStopped; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        this.fail(error);
        await sleep(backoffMs(attempt, minBackoffMs, maxBackoffMs), this.aborter.signal);
      }
    }
  }

  private fail(error: unknown): void {
    if (this.isStopped) return;
    this.trouble(error instanceof Error ? error.message : String(error));
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => this.changed.push(resolve));
  }

  private wake(): void {
    for (const resolve of this.changed.splice(0)) resolve();
  }
}

interface Unacked {
  readonly bytes: number;
  /** Wall clock. */
  readonly madeAtMs: number;
}
