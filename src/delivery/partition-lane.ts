import { backoffMs, sleep, within } from './backoff';
import type { KafkaMessage } from './kafka-message';
import { RefusedError } from './partition-producer';

export interface LaneOptions {
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly lingerMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export interface LaneItem {
  readonly offset: number;
  readonly message: KafkaMessage;
  readonly bytes: number;
}

export interface LaneEvents {
  acked(items: readonly LaneItem[]): void;
  /** It will be tried again. */
  failed(error: unknown): void;
  /** Somebody else takes them from here. False: nobody does, so that they are tried again. */
  refused(items: readonly LaneItem[], error: RefusedError): boolean;
}

/**
 * The records of one partition in their order: one send at a time, and a batch that failed is sent again as it was,
 * before anything else, until it is acknowledged. Both matter: kafkajs 2.2.4 loses acknowledged records when two
 * sends of an idempotent producer to one partition overlap, and the broker recognises a repeated batch only when it
 * is the same. A batch that Kafka refused was not written, so it may be cut: in halves, until those that are at fault
 * stand alone and are given away.
 */
export class PartitionLane {
  private readonly queue: LaneItem[] = [];
  private queuedBytes = 0;
  private running = false;
  private sending: { readonly records: number; readonly sinceMs: number } | undefined;
  private wakeLinger: (() => void) | undefined;

  constructor(
    private readonly send: (messages: readonly KafkaMessage[]) => Promise<void>,
    private readonly events: LaneEvents,
    private readonly options: LaneOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Records that are not acknowledged. */
  get heldRecords(): number {
    return this.queue.length + (this.sending?.records ?? 0);
  }

  /** How long its batch of now has been on its way, all attempts together, ms; 0 without one. */
  sendingMs(nowMs: number): number {
    return this.sending === undefined ? 0 : nowMs - this.sending.sinceMs;
  }

  /** The caller bounds how much it pushes before it is acknowledged. */
  push(item: LaneItem): void {
    this.queue.push(item);
    this.queuedBytes += item.bytes;
    if (this.isFull()) this.wakeLinger?.();
    if (!this.running) void this.run();
  }

  /** Takes out what waits; not what was tried already, since only the same batch is recognised when it is sent again. */
  drop(isWanted: (item: LaneItem) => boolean): LaneItem[] {
    const dropped = this.queue.filter(isWanted);
    this.queue.splice(0, Infinity, ...this.queue.filter((item) => !isWanted(item)));
    for (const item of dropped) this.queuedBytes -= item.bytes;
    return dropped;
  }

  private isFull(): boolean {
    return this.queue.length >= this.options.maxBatchRecords || this.queuedBytes >= this.options.maxBatchBytes;
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.queue.length > 0 && !this.signal.aborted) {
      if (!this.isFull()) await this.linger();
      const batch = this.take();
      this.sending = { records: batch.length, sinceMs: performance.now() };
      if (!(await this.deliver(batch))) break;
      this.sending = undefined;
    }
    this.running = false;
  }

  /** False: the sink stops. */
  private async deliver(batch: readonly LaneItem[]): Promise<boolean> {
    const messages = batch.map((item) => item.message);
    for (let attempt = 0; !this.signal.aborted; attempt += 1) {
      try {
        await this.send(messages);
        this.events.acked(batch);
        return true;
      } catch (error) {
        if (error instanceof RefusedError) {
          if (batch.length > 1 && !error.all) return this.deliverHalves(batch);
          if (this.events.refused(batch, error)) return true;
        }
        this.events.failed(error);
        await sleep(backoffMs(attempt, this.options.minBackoffMs, this.options.maxBackoffMs), this.signal);
      }
    }
    return false;
  }

  private async deliverHalves(batch: readonly LaneItem[]): Promise<boolean> {
    const half = batch.length >> 1;
    return (await this.deliver(batch.slice(0, half))) && (await this.deliver(batch.slice(half)));
  }

  private async linger(): Promise<void> {
    await within(this.options.lingerMs, new Promise<void>((resolve) => (this.wakeLinger = resolve)));
    this.wakeLinger = undefined;
  }

  private take(): LaneItem[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.queue) {
      bytes += item.bytes;
      if (count > 0 && (bytes > this.options.maxBatchBytes || count === this.options.maxBatchRecords)) break;
      count += 1;
    }
    const batch = this.queue.splice(0, count);
    for (const item of batch) this.queuedBytes -= item.bytes;
    return batch;
  }
}
