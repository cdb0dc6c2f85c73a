import { RapportError } from '@rapport-live/protocol';

export interface GroupCommitOptions {
  readonly groupCommitMs: number;
  readonly maxCommitBytes: number;
  readonly maxQueuedBytes: number;
}

interface Waiting<T, R> {
  readonly entry: T;
  readonly bytes: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets many appends share one write and one wait for the disk. A commit takes what has gathered: at once when the last
 * one began longer than `groupCommitMs` ago, else when that time has passed, never two at a time, in the order of the
 * calls. A lone append thus waits for the disk only, and a busy system syncs at most 1000 / groupCommitMs times a second.
 */
export class GroupCommit<T, R> {
  private readonly queue: Waiting<T, R>[] = [];
  private queuedBytes = 0;
  private running = false;
  private timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private lastBegan = -Infinity;
  private idle: (() => void)[] = [];

  constructor(
    /** Makes the batch durable and gives one result for each entry; rejects when nothing of it was written. */
    private readonly write: (batch: readonly T[]) => Promise<readonly R[]>,
    private readonly options: GroupCommitOptions,
  ) {}

  /** Of what waits for the disk or is being written. */
  get pendingBytes(): number {
    return this.queuedBytes;
  }

  /** Resolves when the entry is durable. Rejects with `overloaded` when too much waits already. */
  add(entry: T, bytes: number): Promise<R> {
    if (this.queuedBytes + bytes > this.options.maxQueuedBytes && this.queue.length > 0) {
      const message = `${this.queuedBytes} bytes wait for the disk`;
      return Promise.reject(new RapportError('overloaded', message, { retryAfterMs: 1_000 }));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ entry, bytes, resolve, reject });
      this.queuedBytes += bytes;
      this.schedule();
    });
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (!this.running && this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private schedule(): void {
    if (this.running || this.timer !== undefined || this.queue.length === 0) return;
    const waitMs = this.lastBegan + this.options.groupCommitMs - performance.now();
    const begin = (): void => {
      this.timer = undefined;
      void this.commit();
    };
    // setImmediate, so that appends of the same turn share the commit.
    this.timer = waitMs > 0 ? setTimeout(begin, waitMs) : setImmediate(begin);
  }

  private async commit(): Promise<void> {
    this.running = true;
    this.lastBegan = performance.now();
    const batch = this.take();
    try {
      const results = await this.write(batch.map((waiting) => waiting.entry));
      batch.forEach((waiting, i) => waiting.resolve(results[i]!));
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
    for (const waiting of batch) this.queuedBytes -= waiting.bytes;
    this.running = false;
    this.schedule();
    if (this.queue.length === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private take(): Waiting<T, R>[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.queue) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > this.options.maxCommitBytes) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }
}
