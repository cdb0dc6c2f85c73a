/** From this share of `ackEveryMs` on an acknowledgement goes along with what else is sent. */
const RIDE_SHARE = 0.75;

/**
 * Acknowledgements of results, many in one message: after so many results, or so much time, whichever is sooner. Who streams
 * media sends them along with it: by itself each would wake the service once more.
 */
export class AckBatch {
  private read = 0;
  private acked = 0;
  /** When the first was read that is not acknowledged, ms of `performance.now()`. */
  private sinceMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bounds: { readonly ackEveryResults: number; readonly ackEveryMs: number },
    /** Everything up to this seq was read. */
    private readonly ack: (seq: number) => void,
  ) {}

  /** The reader is done with this result. */
  onRead(seq: number): void {
    this.read = Math.max(this.read, seq);
    const { ackEveryResults, ackEveryMs } = this.bounds;
    if (this.read - this.acked >= ackEveryResults) this.flush();
    else if (this.read > this.acked && this.timer === undefined) {
      this.sinceMs = performance.now();
      this.timer = setTimeout(() => this.flush(), ackEveryMs);
    }
  }

  /** Something else has just been sent, and leaves in the same packet. */
  onSent(): void {
    if (this.timer === undefined) return;
    if (performance.now() - this.sinceMs >= RIDE_SHARE * this.bounds.ackEveryMs) this.flush();
  }

  /** `session.resume` has said this. */
  onTold(seq: number): void {
    this.acked = Math.max(this.acked, seq);
    this.read = Math.max(this.read, seq);
    this.close();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush(): void {
    this.close();
    if (this.read === this.acked) return;
    this.acked = this.read;
    this.ack(this.acked);
  }
}
