import type { StreamSpec } from '../facts/media-chunk';
import { type CutShape, cutShape, endOfChunk } from '../streams/pause-cut';
import type { DeclaredReason, StreamPoint } from '../streams/resume/stream-points';

/** Media that is not there, as its stream declares it. Media ms. */
export interface LostMedia {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: DeclaredReason;
}

/** A chunk as `rapport.v1` would have numbered it, and what is missing in front of it. */
export interface NumberedChunk {
  readonly seq: number;
  readonly byteOffset: number;
  readonly lost: LostMedia | undefined;
}

/** Media that follows closer than this on what came before follows it without a gap, ms: stamps are rounded. */
const JOINS_WITHIN_MS = 1;

/**
 * One stream of a sender that numbers nothing and knows no credit: numbers its chunks, and leaves out what the credit has no
 * room for, with the gap that this makes. So nothing waits: what is held is the credit's own window. Pure.
 */
export class UnpacedStream {
  private seq: number;
  private byteOffset: number;
  private limitBytes: number;
  private readonly shape: CutShape;
  /** End of what was taken, as its stamps say. */
  private endMs: number | undefined;
  private lost: LostMedia | undefined;

  constructor(
    readonly spec: StreamSpec,
    { nextSeq, nextByteOffset, limitBytes }: Pick<StreamPoint, 'nextSeq' | 'nextByteOffset' | 'limitBytes'>,
  ) {
    this.seq = nextSeq;
    this.byteOffset = nextByteOffset;
    this.limitBytes = limitBytes;
    this.shape = cutShape(spec);
  }

  /** Where the next chunk would be. */
  get next(): { readonly nextSeq: number; readonly nextByteOffset: number } {
    return { nextSeq: this.seq, nextByteOffset: this.byteOffset };
  }

  granted(limitBytes: number): void {
    this.limitBytes = Math.max(this.limitBytes, limitBytes);
  }

  /**
   * Undefined: it outran its credit and is to be dropped.
   * @param missing something before it was not sent, or got lost on its way: its stamp tells how much
   */
  take(ptsMs: number, bytes: Uint8Array, missing = false): NumberedChunk | undefined {
    const endMs = endOfChunk({ ptsMs, bytes }, this.shape);
    if (this.byteOffset + bytes.length > this.limitBytes) {
      this.lose({ fromMs: ptsMs, toMs: endMs, reason: 'buffer_overflow' });
      return undefined;
    }
    if (missing && this.endMs !== undefined && ptsMs - this.endMs > JOINS_WITHIN_MS) {
      this.lose({ fromMs: this.endMs, toMs: ptsMs, reason: 'unknown' });
    }
    const { seq, byteOffset } = this;
    this.seq += 1;
    this.byteOffset += bytes.length;
    this.endMs = Math.max(this.endMs ?? 0, endMs);
    return { seq, byteOffset, lost: this.takeLost() };
  }

  /** Media that its sender says is lost, or that had no room; several in a row are one gap, from the first to the last. */
  lose(lost: LostMedia): void {
    const before = this.lost;
    this.lost =
      before === undefined
        ? lost
        : {
            fromMs: Math.min(before.fromMs, lost.fromMs),
            toMs: Math.max(before.toMs, lost.toMs),
            reason: before.reason === lost.reason ? lost.reason : 'buffer_overflow',
          };
  }

  /** What was lost since the last chunk; then none. */
  takeLost(): LostMedia | undefined {
    const { lost } = this;
    this.lost = undefined;
    return lost;
  }
}
