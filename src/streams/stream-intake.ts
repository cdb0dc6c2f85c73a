import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { ACCEPTED, refuse, type Lane, type LaneHost, type MediaFault, type MediaVerdict } from './lane';
import { ReorderBuffer } from './reorder-buffer';
import type { RateWatch } from './rate-watch';
import type { StreamOptions } from './stream-options';
import { isIdle, type WatermarkSource } from './watermark';

export interface IntakeLimits {
  readonly maxReorderFrames: number;
  readonly creditBytes: number;
  readonly creditStepBytes: number;
  /** Wall ms. */
  readonly idleAfterMs: number;
}

/** @param pace media seconds a wall second that the sender means to send. */
export function intakeLimits(options: StreamOptions, creditBytes: number, pace: number): IntakeLimits {
  return {
    maxReorderFrames: options.maxReorderFrames,
    creditBytes,
    creditStepBytes: creditBytes * options.creditStepShare,
    idleAfterMs: Math.max(options.idleAfterMs / pace, options.minIdleWallMs),
  };
}

interface HeldFrame {
  readonly chunk: MediaChunk;
  /** Payload length; the payload itself is empty when it was refused. */
  readonly length: number;
  readonly fault: MediaFault | undefined;
}

/** Order, byte accounting, credit and idleness of one stream, in front of its lane. */
export class StreamIntake implements WatermarkSource {
  readonly #order: ReorderBuffer<HeldFrame>;
  /** Payload bytes received in order, refused ones too. */
  #receivedBytes = 0;
  #limitBytes: number;
  #largestFrameBytes = 0;
  /** Wall ms of the last arrival, or of the credit that ended a wait for it. */
  #quietSinceMs: number;
  #ended = false;

  constructor(
    readonly spec: StreamSpec,
    readonly lane: Lane,
    private readonly limits: IntakeLimits,
    private readonly host: LaneHost,
    nowMs: number,
    private readonly rateWatch?: RateWatch,
  ) {
    this.#order = new ReorderBuffer(limits.maxReorderFrames);
    this.#limitBytes = limits.creditBytes;
    this.#quietSinceMs = nowMs;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  get mediaMs(): number {
    return this.lane.mediaMs;
  }

  get left(): boolean {
    return this.#ended && !this.lane.pending;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** @param latestPtsMs media time behind which a time stamp is refused. */
  offer(chunk: MediaChunk, nowMs: number, latestPtsMs: number): MediaVerdict {
    if (this.#ended) return refuse('stream_ended', `Stream ${chunk.streamId} has ended.`);
    const place = this.#order.place(chunk.seq);
    if (place === 'behind') {
      this.host.drop('duplicate');
      return ACCEPTED;
    }
    const length = chunk.bytes.length;
    if (chunk.byteOffset + length > this.#limitBytes) {
      return refuse(
        'credit_exceeded',
        `Byte ${chunk.byteOffset + length} is beyond the credit of ${this.#limitBytes}.`,
      );
    }
    const offsetFits =
      place === 'next' ? chunk.byteOffset === this.#receivedBytes : chunk.byteOffset >= this.#receivedBytes;
    if (place === 'beyond' || !offsetFits) return this.#outOfOrder(chunk);
    if (length > 0) this.#quietSinceMs = nowMs;
    this.#largestFrameBytes = Math.max(this.#largestFrameBytes, length);
    const fault = checkTime(chunk.ptsMs, latestPtsMs) ?? (length > 0 ? this.lane.check(chunk.bytes) : undefined);
    if (place === 'ahead') {
      const bytes = fault === undefined ? new Uint8Array(chunk.bytes) : new Uint8Array(0);
      this.#order.hold(chunk.seq, { chunk: { ...chunk, bytes }, length, fault });
      return fault ?? ACCEPTED;
    }
    this.#order.advance();
    if (length > 0 && fault === undefined) this.#watchRate(chunk, nowMs);
    const found = this.#deliver(chunk, length, fault);
    return this.#drain() ?? found ?? ACCEPTED;
  }

  end(): void {
    if (this.#ended) return;
    this.#skipHoles();
    if (this.#ended) return; // a held frame was the last
    this.#ended = true;
    this.lane.end();
  }

  /** Lets the lane work. A stream that stays silent gives up its holes and its half-full batches. */
  pump(nowMs: number, heardMs: number): void {
    const stalled = heardMs >= this.#idleAtMs;
    if (stalled && this.#order.heldCount > 0) this.#skipHoles();
    this.lane.pump(nowMs, stalled || this.#ended);
  }

  /** @param heardMs time up to which everything that arrived has been read; wall ms. */
  isIdle(heardMs: number): boolean {
    return isIdle({
      heardMs,
      idleAtMs: this.#idleAtMs,
      holdsCredit: this.#holdsCredit(),
      pending: this.lane.pending || this.#order.heldCount > 0,
    });
  }

  /** When time alone changes something here; wall ms. */
  deadlineMs(heardMs: number): number {
    if (this.#ended) return this.lane.deadlineMs;
    return Math.min(this.lane.deadlineMs, this.#idleAtMs > heardMs ? this.#idleAtMs : Infinity);
  }

  /** The new limit when it has grown by a step. Who waited for it gets the whole idle limit to answer. */
  grant(nowMs: number): number | undefined {
    const limit = this.#receivedBytes - this.lane.heldBytes + this.limits.creditBytes;
    if (this.#ended || limit < this.#limitBytes + this.limits.creditStepBytes) return undefined;
    if (!this.#holdsCredit()) this.#quietSinceMs = nowMs;
    this.#limitBytes = limit;
    return limit;
  }

  get #idleAtMs(): number {
    return this.#quietSinceMs + this.limits.idleAfterMs;
  }

  /** Room for a frame as large as its largest: with less, the sender may be waiting for us. */
  #holdsCredit(): boolean {
    const wanted = Math.min(this.#largestFrameBytes, this.limits.creditBytes / 2);
    return this.#limitBytes - this.#receivedBytes >= wanted;
  }

  /** @param known the fault found on arrival; returns it, or the one that the lane finds. */
  #deliver(chunk: MediaChunk, length: number, known: MediaFault | undefined): MediaFault | undefined {
    this.#receivedBytes = chunk.byteOffset + length;
    const { ptsMs, bytes, discontinuity, init } = chunk;
    const fault = known ?? (this.lane.accept(Math.max(0, ptsMs), bytes, discontinuity, init) || undefined);
    if (fault !== undefined) this.host.drop(fault.code);
    if (!chunk.endOfStream) return fault;
    this.#ended = true;
    this.lane.end();
    return fault;
  }

  #drain(): MediaFault | undefined {
    while (!this.#ended) {
      const held = this.#order.takeNext();
      if (held === undefined) return undefined;
      if (held.chunk.byteOffset !== this.#receivedBytes) return this.#outOfOrder(held.chunk);
      this.#deliver(held.chunk, held.length, held.fault);
    }
    return undefined;
  }

  #skipHoles(): void {
    while (!this.#ended && this.#order.heldCount > 0) {
      const fromMs = this.lane.endMs; // what arrived, not what is settled
      for (let missing = this.#order.skipHole(); missing > 0; missing -= 1) this.host.drop('lost_frame');
      const held = this.#order.takeNext()!;
      this.lane.lost();
      this.rateWatch?.restart();
      this.#deliver(held.chunk, held.length, held.fault);
      const toMs = Math.max(fromMs, held.chunk.ptsMs);
      this.host.gap({ streamName: this.spec.name, reason: 'lost_frames', fromMs, toMs });
      this.#drain();
    }
  }

  /** A frame that came out of order says nothing about when it was sent: those behind a hole begin anew. */
  #watchRate({ ptsMs, bytes, discontinuity }: MediaChunk, nowMs: number): void {
    if (discontinuity || this.#order.heldCount > 0) this.rateWatch?.restart();
    const wrong = this.rateWatch?.hears(ptsMs, nowMs, bytes.length, this.#holdsCredit());
    if (wrong === undefined) return;
    const { declaredHz, looksLikeHz, evidence } = wrong;
    const detail = { reason: 'sample_rate', declaredHz, looksLikeHz, evidence };
    this.host.notice({ streamName: this.spec.name, atMs: ptsMs, detail });
  }

  #outOfOrder(chunk: MediaChunk): MediaFault {
    const expected = `seq ${this.#order.nextSeq} at byte ${this.#receivedBytes}`;
    return refuse('frame_out_of_order', `seq ${chunk.seq} at byte ${chunk.byteOffset} came where ${expected} was due.`);
  }
}

function checkTime(ptsMs: number, latestMs: number): MediaFault | undefined {
  if (ptsMs <= latestMs) return undefined;
  return refuse('payload_invalid', `ptsMs ${ptsMs} is too far ahead: it counts from session.start.`);
}
