/**
 * Acknowledgements come partition by partition, so not in the order of the log; only what is acknowledged without a
 * gap may be forgotten after a crash. Offsets are entered in rising order.
 */
export class AckWindow<T> {
  private readonly open = new Map<number, T>();
  private newest: number;
  /** At or below the oldest that is not acknowledged. */
  private spanFrom: number;

  /** `ackedOffset`: everything below it is acknowledged. */
  constructor(private startOffset: number) {
    this.newest = startOffset - 1;
    this.spanFrom = startOffset;
  }

  get size(): number {
    return this.open.size;
  }

  enter(offset: number, value: T): void {
    if (offset <= this.newest) throw new Error(`offset ${offset} after ${this.newest}`);
    // With nothing open, a hole before the offset (removed records) is nobody's any more.
    if (this.open.size === 0) this.startOffset = offset;
    this.newest = offset;
    this.open.set(offset, value);
  }

  acknowledge(offset: number): void {
    this.open.delete(offset);
  }

  /**
   * Whether one more may enter when so many may lie from the oldest that is not acknowledged to the newest, acknowledged ones
   * among them: a crash may send them all again.
   */
  hasRoom(maxSpan: number): boolean {
    if (this.newest + 1 - this.spanFrom < maxSpan) return true;
    this.spanFrom = this.ackedOffset; // to find the oldest costs too much to do it for each
    return this.open.size === 0 || this.newest + 1 - this.spanFrom < maxSpan;
  }

  /** The oldest that is not acknowledged; a Map keeps the order of entering. */
  oldest(): T | undefined {
    return this.open.values().next().value;
  }

  /** Everything below is acknowledged; the offset to begin with after a restart. */
  get ackedOffset(): number {
    const first = this.open.keys().next();
    return first.done === true ? Math.max(this.startOffset, this.newest + 1) : first.value;
  }
}
