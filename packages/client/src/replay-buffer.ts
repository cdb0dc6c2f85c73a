/** A frame as it was sent, header and all. */
export interface KeptFrame {
  readonly seq: number;
  readonly ptsUs: number;
  readonly byteOffset: number;
  readonly payloadBytes: number;
  /** The payload begins with the container's header. */
  readonly isInit: boolean;
  readonly bytes: Uint8Array;
}

/** Where a stream stands: its next frame, or the oldest that is kept. */
export interface StreamPosition {
  readonly seq: number;
  readonly byteOffset: number;
}

/**
 * The frames of one stream that the service may ask for once more: those from the last `media.acked` on, and the frame
 * with the container's header that they need. Seqs follow each other without a gap. Bounded in bytes; what it drops
 * for that can never be sent again.
 */
export class ReplayBuffer {
  /** Where the next frame will stand. */
  next: StreamPosition = { seq: 0, byteOffset: 0 };
  private frames: KeptFrame[] = [];
  /** Frames of `frames` that are gone; the array is shortened now and then. */
  private head = 0;
  private bytes = 0;
  private init: KeptFrame | undefined;
  private firstDropped: KeptFrame | undefined;

  constructor(private readonly maxBytes: number) {}

  get oldest(): StreamPosition {
    const frame = this.frames[this.head];
    return frame ?? this.next;
  }

  /** Time stamp of the first frame that was dropped for the bound and never acknowledged, us. */
  get droppedFromUs(): number | undefined {
    return this.firstDropped?.ptsUs;
  }

  push(frame: KeptFrame): void {
    this.frames.push(frame);
    this.bytes += frame.bytes.byteLength;
    this.next = { seq: frame.seq + 1, byteOffset: frame.byteOffset + frame.payloadBytes };
    // The newest stays whatever its size: it is on its way.
    while (this.bytes > this.maxBytes && this.frames.length - this.head > 1) {
      this.firstDropped ??= this.frames[this.head];
      this.dropOldest();
    }
  }

  /** The service needs nothing below `seq` any more. */
  acked(seq: number): void {
    while (this.oldest.seq < Math.min(seq, this.next.seq)) this.dropOldest();
    if (this.firstDropped !== undefined && seq >= this.oldest.seq) this.firstDropped = undefined;
  }

  at(seq: number): KeptFrame | undefined {
    return seq < this.oldest.seq ? undefined : this.frames[this.head + seq - this.oldest.seq];
  }

  /** The frame whose header the frame `seq` needs, where that is not kept behind it. */
  initBefore(seq: number): KeptFrame | undefined {
    let found = this.init;
    for (let i = this.head; i < this.frames.length && this.frames[i]!.seq < seq; i += 1) {
      if (this.frames[i]!.isInit) found = this.frames[i];
    }
    return found;
  }

  private dropOldest(): void {
    const frame = this.frames[this.head]!;
    if (frame.isInit) this.init = frame;
    this.bytes -= frame.bytes.byteLength;
    this.head += 1;
    if (this.head < 1024 && this.head < this.frames.length) return;
    this.frames = this.frames.slice(this.head);
    this.head = 0;
  }
}
