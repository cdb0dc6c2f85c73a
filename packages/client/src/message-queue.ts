/**
 * Server messages between the socket and their reader: an async iterator over a bounded queue. When the reader lags
 * behind the bound, the socket is paused, so that the service sees the back-pressure.
 */
export class MessageQueue<T> implements AsyncIterableIterator<T> {
  private readonly items: T[] = [];
  private readers: { resolve: (r: IteratorResult<T>) => void; reject: (e: Error) => void }[] = [];
  private ended = false;
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
    if (this.items.length === this.maxItems) this.pause();
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

  next(): Promise<IteratorResult<T>> {
    for (const item of this.given.splice(0)) this.onRead(item);
    const item = this.items.shift();
    if (item !== undefined) {
      this.given.push(item);
      if (this.items.length === this.maxItems - 1 && !this.ended) this.resume();
      return Promise.resolve({ value: item, done: false });
    }
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
