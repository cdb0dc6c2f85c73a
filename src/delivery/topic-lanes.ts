import { backoffMs, sleep } from './backoff';
import type { KafkaMessage } from './kafka-message';
import type { KafkaOptions } from './kafka-options';
import { TopicFaultError } from './kafka-trouble';
import { javaPartition } from './murmur2';
import { type LaneEvents, type LaneItem, PartitionLane } from './partition-lane';
import { type PartitionProducer, ProducerBrokenError, RefusedError, UnknownTopicError } from './partition-producer';

export interface Standing {
  readonly records: number;
  /** Until another partition may stand still. */
  readonly nextMs: number;
}

/**
 * One topic: the lanes of its partitions, and what concerns all of them. A producer that the broker no longer follows
 * is replaced between sends; a topic that has gone missing is looked for until its time is over.
 */
export class TopicLanes {
  private readonly lanes = new Map<number, PartitionLane>();
  /** Of which the partition is not known yet. The caller bounds how many. */
  private readonly unplaced: LaneItem[] = [];
  private placing: Promise<void> | undefined;
  private sending = 0;
  private atRest: (() => void)[] = [];
  private renewing: Promise<void> | undefined;
  private missingSinceMs: number | undefined;

  constructor(
    readonly topic: string,
    /** Undefined: not known yet. */
    private partitions: number | undefined,
    private readonly producer: PartitionProducer,
    private readonly options: KafkaOptions,
    private readonly events: Omit<LaneEvents, 'refused'> & {
      refused(items: readonly LaneItem[], partition: number, error: RefusedError): boolean;
    },
    private readonly signal: AbortSignal,
  ) {}

  push(item: LaneItem): void {
    if (this.partitions !== undefined) return this.lane(javaPartition(item.message.key, this.partitions)).push(item);
    this.unplaced.push(item);
    this.placing ??= this.place().finally(() => (this.placing = undefined));
  }

  /** Takes out what waits and was not tried yet. */
  drop(isWanted: (item: LaneItem) => boolean): LaneItem[] {
    const unplaced = this.unplaced.filter(isWanted);
    this.unplaced.splice(0, Infinity, ...this.unplaced.filter((item) => !isWanted(item)));
    return [...this.lanes.values()].reduce((dropped, lane) => dropped.concat(lane.drop(isWanted)), unplaced);
  }

  /** What partitions hold whose batch has been on its way for `stallMs`, or that are not known; and when the next will. */
  standing(nowMs: number, stallMs: number): Standing {
    let records = this.unplaced.length;
    let nextMs = stallMs;
    for (const lane of this.lanes.values()) {
      const leftMs = stallMs - lane.sendingMs(nowMs);
      if (leftMs <= 0) records += lane.heldRecords;
      else nextMs = Math.min(nextMs, leftMs);
    }
    return { records, nextMs };
  }

  private lane(partition: number): PartitionLane {
    let lane = this.lanes.get(partition);
    if (lane === undefined) {
      const { acked, failed } = this.events;
      lane = new PartitionLane(
        (messages) => this.send(partition, messages),
        { acked, failed, refused: (items, error) => this.events.refused(items, partition, error) },
        this.options,
        this.signal,
      );
      this.lanes.set(partition, lane);
    }
    return lane;
  }

  private async send(partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    if (this.missingSinceMs !== undefined) await this.find(partition);
    while (this.renewing !== undefined) await this.renewing;
    const beganMs = Date.now();
    this.sending += 1;
    try {
      await this.producer.send(this.topic, partition, messages);
    } catch (error) {
      if (error instanceof ProducerBrokenError) this.renewSoon();
      if (error instanceof UnknownTopicError) this.missingSinceMs ??= beganMs;
      throw error;
    } finally {
      this.sending -= 1;
      if (this.sending === 0) for (const resolve of this.atRest.splice(0)) resolve();
    }
  }

  /** No new send begins, those under way end, then the producer is replaced. */
  private renewSoon(): void {
    this.renewing ??= (async () => {
      // The send that asked for it is still counted.
      await new Promise<void>((resolve) => this.atRest.push(resolve));
      for (let attempt = 0; !this.signal.aborted; attempt += 1) {
        try {
          await this.producer.renew(this.topic);
          break;
        } catch (error) {
          await this.wait(attempt, error);
        }
      }
      this.renewing = undefined;
    })();
  }

  /** Resolves when the partition is there. Rejects with RefusedError once the topic has been missing for too long. */
  private async find(partition: number): Promise<void> {
    const count = await this.count();
    if (count !== undefined && partition < count) {
      this.missingSinceMs = undefined;
      return;
    }
    const told = `Kafka has no partition ${this.topic}-${partition}`;
    if (this.isGone()) throw new RefusedError('unknown_topic', told, true);
    throw new UnknownTopicError(told);
  }

  private async place(): Promise<void> {
    this.missingSinceMs ??= Date.now();
    for (let attempt = 0; this.unplaced.length > 0 && !this.signal.aborted; attempt += 1) {
      const told = `Kafka has no topic ${this.topic}`;
      try {
        this.partitions = await this.count();
        if (this.partitions !== undefined) {
          this.missingSinceMs = undefined;
          for (const item of this.unplaced.splice(0)) this.push(item);
          return;
        }
        const refused = new RefusedError('unknown_topic', told, true);
        if (this.isGone() && this.events.refused([...this.unplaced], -1, refused)) this.unplaced.length = 0;
        else await this.wait(attempt, new UnknownTopicError(told));
      } catch (error) {
        await this.wait(attempt, error);
      }
    }
  }

  private async count(): Promise<number | undefined> {
    try {
      return (await this.producer.ensureTopics([this.topic])).get(this.topic);
    } catch (error) {
      if (error instanceof TopicFaultError) return undefined;
      throw error;
    }
  }

  private isGone(): boolean {
    return Date.now() - (this.missingSinceMs ?? Infinity) >= this.options.unknownTopicMs;
  }

  private async wait(attempt: number, error: unknown): Promise<void> {
    this.events.failed(error);
    await sleep(backoffMs(attempt, this.options.minBackoffMs, this.options.maxBackoffMs), this.signal);
  }
}
