/** An absolute byte offset up to which a stream may be sent. */
export interface CreditLimit {
  readonly streamId: number;
  readonly limitBytes: number;
}

/** Bytes of one stream against its limit, an absolute offset (as MAX_STREAM_DATA, RFC 9000, 19.10). */
export class CreditWindow {
  #limitBytes: number;
  #largestFrameBytes = 0;

  /** @param receivedBytes payload bytes received in order, refused ones too. */
  constructor(
    private readonly windowBytes: number,
    private readonly stepBytes: number,
    private receivedBytes = 0,
  ) {
    this.#limitBytes = receivedBytes + windowBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** Offset of the next byte that is due. */
  get nextByteOffset(): number {
    return this.receivedBytes;
  }

  /** Room for a frame as large as its largest: with less, the sender may be waiting for us. */
  get isFree(): boolean {
    const wanted = Math.min(this.#largestFrameBytes, this.windowBytes / 2);
    return this.#limitBytes - this.receivedBytes >= wanted;
  }

  /** A frame came, in order or not. */
  saw(lengthBytes: number): void {
    this.#largestFrameBytes = Math.max(this.#largestFrameBytes, lengthBytes);
  }

  receivedTo(byteOffset: number): void {
    this.receivedBytes = byteOffset;
  }

  /** Bytes that will never come count as sent: the limit rises by them. */
  skipTo(byteOffset: number): void {
    this.#limitBytes += byteOffset - this.receivedBytes;
    this.receivedBytes = byteOffset;
  }

  /** The new limit when it has grown by a step; `heldBytes` of what was received still wait. */
  grant(heldBytes: number): number | undefined {
    const limit = this.receivedBytes - heldBytes + this.windowBytes;
    if (limit < this.#limitBytes + this.stepBytes) return undefined;
    this.#limitBytes = limit;
    return limit;
  }
}
