/**
 * Server messages between the socket and their reader: an async iterator over a bounded queue. When the reader lags
 * behind the bound, the socket is paused until half of it is read, so that the service sees the back-pressure.
 */
export class MessageQueue<T> implements AsyncIterableIterator<T> {
  private readonly items: T[] = [];
  private readers: { resolve: (r: IteratorResult<T>) => void; reject: (e: Error) => void }[] = [];
  private ended = false;
  private isPaused = false;
  private hasReader = false;
  private failure: Error | undefined;
  private given: T[] = [];

  constructor(
    private readonly maxItems: number,
    private readonly pause: () => void,
    private readonly resume: () => void,
    /** The reader has come back for more: it is done with this one. */
    private readonly onRead: (item: T) => void = () => {},
  ) {}

  push(item: T): void {
    if (this.ended) return;
    const reader = this.readers.shift();
    if (reader !== undefined) {
      this.given.push(item);
      return reader.resolve({ value: item, done: false });
    }
    this.items.push(item);
    if (this.items.length < this.maxItems || this.isPaused) return;
    this.isPaused = true;
    this.pause();
  }

  /** For who listens and may never read: what nobody has begun to read gives way to the newest. */
  pushForgetful(item: T): void {
    if (this.hasReader) return this.push(item);
    this.items.push(item);
    if (this.items.length > this.maxItems) this.onRead(this.items.shift()!);
  }

  /** What was pushed is still read; then the iteration ends, or fails with the reason. */
  end(failure?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
    for (const reader of this.readers) {
      if (failure === undefined) reader.resolve({ value: undefined, done: true });
      else reader.reject(failure);
    }
    this.readers = [];
  }

  /** @param signal gives up waiting: rejects with its reason, and what comes later is for the next call */
  next(signal?: AbortSignal): Promise<IteratorResult<T>> {
    this.hasReader = true;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    for (const item of this.given.splice(0)) this.onRead(item);
    const item = this.items.shift();
    if (item !== undefined) {
      this.given.push(item);
      if (this.isPaused && this.items.length <= this.maxItems / 2 && !this.ended) {
        this.isPaused = false;
        this.resume();
      }
      return Promise.resolve({ value: item, done: false });
    }
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      this.readers.push(reader);
      if (signal === undefined) return;
      const onAbort = (): void => {
        this.readers = this.readers.filter((one) => one !== reader);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      reader.resolve = (result) => {
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      };
    });
  }

  /** The same reading, until `signal` gives it up. */
  until(signal: AbortSignal): AsyncIterableIterator<T> {
    const reading: AsyncIterableIterator<T> = {
      next: () => this.next(signal),
      [Symbol.asyncIterator]: () => reading,
    };
    return reading;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
