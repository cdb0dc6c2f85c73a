import { RapportError } from '@rapport-live/protocol';

export interface GroupCommitOptions {
  readonly groupCommitMs: number;
  readonly maxCommitBytes: number;
  readonly maxQueuedBytes: number;
}

interface Waiting<T, R> {
  readonly entry: T;
  readonly bytes: number;
  /** When it came, ms of `performance.now()`. */
  readonly sinceMs: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets many appends share one write and one wait for the disk. A commit takes what has gathered: at once when the last
 * one began longer than `groupCommitMs` ago, else when that time has passed, never two at a time, in the order of the
 * calls. A lone append thus waits for the disk only, and a busy system syncs at most 1000 / groupCommitMs times a second.
 * A commit that is refused for a reason that may pass is held, and all behind it, until `again` is called.
 */
export class GroupCommit<T, R> {
  private readonly queue: Waiting<T, R>[] = [];
  /** Was refused, and comes next. */
  private held: readonly Waiting<T, R>[] | undefined;
  private writing: readonly Waiting<T, R>[] | undefined;
  private queuedBytes = 0;
  private timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private lastBegan = -Infinity;
  private idle: (() => void)[] = [];

  constructor(
    /** Makes the batch durable and gives one result for each entry; rejects when nothing of it was written. */
    private readonly write: (batch: readonly T[]) => Promise<readonly R[]>,
    private readonly options: GroupCommitOptions,
    /** Told why a commit was refused: whether it is held. Otherwise its entries reject. */
    private readonly mayPass: (error: unknown) => boolean = () => false,
  ) {}

  /** Of what waits for the disk or is being written. */
  get pendingBytes(): number {
    return this.queuedBytes;
  }

  /** How long the oldest of it has waited, ms; 0 without any. */
  get oldestPendingMs(): number {
    const [oldest] = this.writing ?? this.held ?? this.queue;
    return oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
  }

  /** Resolves when the entry is durable. Rejects with `overloaded` when too much waits already. */
  add(entry: T, bytes: number): Promise<R> {
    const isEmpty = this.queue.length === 0 && this.held === undefined;
    if (this.queuedBytes + bytes > this.options.maxQueuedBytes && !isEmpty) {
      const message = `${this.queuedBytes} bytes wait for the disk`;
      return Promise.reject(new RapportError('overloaded', message, { retryAfterMs: 1_000 }));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ entry, bytes, sinceMs: performance.now(), resolve, reject });
      this.queuedBytes += bytes;
      this.schedule();
    });
  }

  /** What is held is tried again; without anything held, nothing happens. */
  again(): void {
    if (this.held !== undefined && this.writing === undefined) void this.commit();
  }

  /** What is held, and what waits behind it, rejects: nobody will try it again. */
  giveUp(error: unknown): void {
    if (this.held === undefined) return;
    const refused = [...this.held, ...this.queue.splice(0)];
    this.held = undefined;
    this.refuse(refused, error);
    this.rest();
  }

  /** Resolves when nothing waits any more, or nothing that is not held. */
  async drained(): Promise<void> {
    if (this.isIdle) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private get isIdle(): boolean {
    return this.writing === undefined && (this.held !== undefined || this.queue.length === 0);
  }

  private schedule(): void {
    const mustWait = this.writing !== undefined || this.held !== undefined || this.timer !== undefined;
    if (mustWait || this.queue.length === 0) return;
    const waitMs = this.lastBegan + this.options.groupCommitMs - performance.now();
    const begin = (): void => {
      this.timer = undefined;
      void this.commit();
    };
    // setImmediate, so that appends of the same turn share the commit.
    this.timer = waitMs > 0 ? setTimeout(begin, waitMs) : setImmediate(begin);
  }

  private async commit(): Promise<void> {
    const batch = (this.writing = this.held ?? this.take());
    this.held = undefined;
    this.lastBegan = performance.now();
    try {
      const results = await this.write(batch.map((waiting) => waiting.entry));
      batch.forEach((waiting, i) => waiting.resolve(results[i]!));
      for (const { bytes } of batch) this.queuedBytes -= bytes;
    } catch (error) {
      if (this.mayPass(error)) this.held = batch;
      else this.refuse(batch, error);
    }
    this.writing = undefined;
    this.rest();
  }

  private refuse(batch: readonly Waiting<T, R>[], error: unknown): void {
    for (const { bytes, reject } of batch) {
      this.queuedBytes -= bytes;
      reject(error);
    }
  }

  private rest(): void {
    this.schedule();
    if (this.isIdle) for (const resolve of this.idle.splice(0)) resolve();
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
