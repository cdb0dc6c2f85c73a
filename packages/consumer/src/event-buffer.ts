import type { Lease } from './leases';
import type { ConsumerBounds } from './options';
import type { RawRecord } from './record-source';

/** About what a record takes besides its value: key, headers, bookkeeping. */
const RECORD_BYTES = 1_024;

export interface Taken {
  readonly lease: Lease;
  readonly record: RawRecord;
}

/**
 * Records between the broker and the loop that reads them. Full, it asks to be given no more, and asks again once it is
 * half empty; what a fetch had already brought is still taken, so one fetch is the most that comes on top.
 */
export class EventBuffer {
  private queue: Taken[] = [];
  private head = 0;
  private bytes = 0;
  private held = false;
  private ended = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly bounds: Pick<ConsumerBounds, 'maxBufferedRecords' | 'maxBufferedBytes'>,
    private readonly onHold: (held: boolean) => void,
  ) {}

  get size(): number {
    return this.queue.length - this.head;
  }

  get isHeld(): boolean {
    return this.held;
  }

  push(lease: Lease, records: readonly RawRecord[]): void {
    if (this.ended) return;
    for (const record of records) {
      this.queue.push({ lease, record });
      this.bytes += bytesOf(record);
    }
    this.holdIfFull();
    this.wake?.();
  }

  /** The oldest record that is still ours to read; undefined when there is none now. */
  take(): Taken | undefined {
    while (this.head < this.queue.length) {
      const taken = this.queue[this.head]!;
      this.head += 1;
      this.bytes -= bytesOf(taken.record);
      if (this.head === this.queue.length || this.head > this.bounds.maxBufferedRecords) this.compact();
      this.releaseIfRoomy();
      if (!taken.lease.isRevoked) return taken;
    }
    return undefined;
  }

  /** The next record, as soon as there is one; undefined at the end. Rejects with what ended it. */
  async next(): Promise<Taken | undefined> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      const taken = this.ended ? undefined : this.take();
      if (taken !== undefined || this.ended) return taken;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Lets go of what is not ours any more. */
  dropRevoked(): void {
    this.queue = this.queue.slice(this.head).filter(({ lease }) => !lease.isRevoked);
    this.head = 0;
    this.bytes = this.queue.reduce((sum, { record }) => sum + bytesOf(record), 0);
    this.releaseIfRoomy();
  }

  /** Nothing is handed out any more. */
  end(failure?: unknown): void {
    this.ended = true;
    this.failure ??= failure;
    this.queue = [];
    this.head = 0;
    this.wake?.();
  }

  private compact(): void {
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }

  private holdIfFull(): void {
    const { maxBufferedRecords, maxBufferedBytes } = this.bounds;
    if (this.held || (this.size < maxBufferedRecords && this.bytes < maxBufferedBytes)) return;
    this.held = true;
    this.onHold(true);
  }

  private releaseIfRoomy(): void {
    const { maxBufferedRecords, maxBufferedBytes } = this.bounds;
    if (!this.held || this.size > maxBufferedRecords / 2 || this.bytes > maxBufferedBytes / 2) return;
    this.held = false;
    this.onHold(false);
  }
}

function bytesOf({ value }: RawRecord): number {
  return RECORD_BYTES + (value?.length ?? 0);
}
