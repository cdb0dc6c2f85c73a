import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { CreditWindow } from './credit-window';
import type { IntakeLimits } from './intake-limits';
import { ACCEPTED, refuse, type Lane, type LaneHost, type MediaFault, type MediaVerdict } from './lane';
import { ReorderBuffer } from './reorder-buffer';
import type { RateWatch } from './rate-watch';
import { PauseSeam } from './pause-seam';
import { FrameMarks } from './resume/frame-marks';
import { GapDeclarer } from './resume/gap-declarer';
import type { StreamStart } from './resume/restored-streams';
import type { AckedPoint, DeclaredGap, StreamPoint } from './resume/stream-points';
import { cutChunk, cutShape, endOfChunk, type CutChunk, type CutShape } from './pause-cut';
import { Pauses } from './pauses';
import { isIdle, type WatermarkSource } from './watermark';

interface HeldFrame {
  readonly chunk: MediaChunk;
  /** Payload length; the payload itself is empty when it was refused, or shorter where it is paused. */
  readonly length: number;
  readonly fault: MediaFault | undefined;
  readonly cut: Cut;
}

/** A stream that ends so shortly before a pause has come to it: stamps are rounded. */
const REACHED_WITHIN_MS = 1;

/** Where a pause or hold took something of a payload. */
type Cut = Pick<CutChunk, 'cutBefore' | 'cutBehind'> & { readonly cause?: 'paused' | 'on_hold' };
const WHOLE: Cut = { cutBefore: false, cutBehind: false };

/** Order, byte accounting, credit and idleness of one stream, in front of its lane. */
export class StreamIntake implements WatermarkSource {
  readonly #order: ReorderBuffer<HeldFrame>;
  readonly #credit: CreditWindow;
  readonly #marks: FrameMarks;
  readonly #gaps: GapDeclarer;
  /** Wall ms of the last arrival, or of the credit that ended a wait for it. */
  #quietSinceMs: number;
  #ended = false;
  #attached = true;
  /** Who comes back into a pause may say that it is over: it has the idle limit for that; wall ms. */
  #mayUnpauseUntilMs = -Infinity;
  /** The decoder is new, and the stream goes on in its middle. */
  #wantsInit = false;
  /** Frames behind a hole that a lost connection made us forget: they come again, or are lost. */
  #setAside = 0;
  /** Something of the pause has come: the stream is not waited for. */
  #paused = false;
  /** Where the pause begins, once its time has come: up to there the stream is waited for like any other. */
  #pauseFromMs = Infinity;
  /** End of the furthest payload that is not paused, as far as it is known; media ms. */
  #latestMs = 0;
  readonly #seam: PauseSeam;
  readonly #shape: CutShape;

  constructor(
    readonly spec: StreamSpec,
    readonly lane: Lane,
    private readonly limits: IntakeLimits,
    private readonly host: LaneHost,
    nowMs: number,
    private readonly rateWatch?: RateWatch,
    private readonly goesOn?: StreamStart,
  ) {
    this.#order = new ReorderBuffer(limits.maxReorderFrames, goesOn?.seq);
    this.#credit = new CreditWindow(limits.creditBytes, limits.creditStepBytes, goesOn?.byteOffset);
    this.#marks = new FrameMarks(limits.maxFrameMarks);
    this.#gaps = new GapDeclarer(spec.name, lane, host, goesOn?.startMs);
    this.#quietSinceMs = nowMs;
    this.#shape = cutShape(spec);
    this.#seam = new PauseSeam(lane, host, this.#shape, limits.resyncMs);
    if (goesOn !== undefined) this.#goOn(goesOn);
  }

  get limitBytes(): number {
    return this.#credit.limitBytes;
  }

  get mediaMs(): number {
    return this.lane.mediaMs;
  }

  get lastsUntilMs(): number {
    return this.lane.lastsUntilMs ?? this.lane.mediaMs;
  }

  get left(): boolean {
    return this.#ended && !this.lane.pending;
  }

  /** Media ms of the furthest that came, be it held for a frame that is missing. */
  get furthestMs(): number {
    return Math.max(this.#latestMs, this.lane.endMs);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** No frame has come, and it has not ended. */
  get untouched(): boolean {
    return this.#order.nextSeq === 0 && this.#order.heldCount === 0 && !this.#ended;
  }

  /** It goes on as it did: nothing is missing, paused or waited for. */
  get isSteady(): boolean {
    return this.#attached && !this.#ended && this.#order.heldCount === 0 && this.#credit.isFree && !this.#isInPause;
  }

  get point(): StreamPoint {
    const { nextSeq } = this.#order;
    const { nextByteOffset, limitBytes } = this.#credit;
    const { streamId } = this.spec;
    return { streamId, nextSeq, nextByteOffset, limitBytes, sendInit: this.#wantsInit, ended: this.#ended };
  }

  /**
   * From where on it would have to be heard again.
   * @param neededMs media before this is needed by no result to come, but for what the lane holds.
   */
  ackedPoint(neededMs: number, leadInMs: number): AckedPoint {
    const { streamId } = this.spec;
    const { nextSeq: seq, nextByteOffset: byteOffset } = this.point;
    const complete = this.left && this.lane.endMs <= neededMs;
    const here: AckedPoint = { streamId, seq, byteOffset, startMs: this.lane.endMs, complete };
    if (complete) return here;
    const mark = this.#marks.neededFrom(Math.min(neededMs, this.lane.needFromMs - leadInMs));
    return mark === undefined ? here : { streamId, complete, ...mark };
  }

  /** The connection is lost: who cannot send is not idle. Frames behind a hole come again, with it. */
  detach(): void {
    this.#attached = false;
    this.#setAside += this.#order.forgetHeld();
  }

  /** It may send again: the idle limit begins anew. */
  attach(nowMs: number): void {
    this.#attached = true;
    this.#setAside = 0;
    this.#quietSinceMs = nowMs;
    this.#mayUnpauseUntilMs = this.#idleAtMs;
    this.rateWatch?.restart();
  }

  /**
   * @param latestPtsMs media time behind which a time stamp is refused.
   * @param length payload bytes as they were sent: paused ones count, and are not in the chunk any more.
   */
  offer(
    chunk: MediaChunk,
    nowMs: number,
    latestPtsMs: number,
    length = chunk.bytes.length,
    cut: Cut = WHOLE,
  ): MediaVerdict {
    const place = this.#order.place(chunk.seq);
    if (place === 'behind' && chunk.retransmit === true) return this.#again(chunk);
    if (this.#ended) return refuse('stream_ended', `Stream ${chunk.streamId} has ended.`);
    if (place === 'behind') {
      this.host.drop('duplicate');
      return ACCEPTED;
    }
    const { limitBytes, nextByteOffset } = this.#credit;
    if (chunk.byteOffset + length > limitBytes) {
      return refuse('credit_exceeded', `Byte ${chunk.byteOffset + length} is beyond the credit of ${limitBytes}.`);
    }
    const offsetFits = place === 'next' ? chunk.byteOffset === nextByteOffset : chunk.byteOffset >= nextByteOffset;
    if (place === 'beyond' || !offsetFits) return this.#outOfOrder(chunk);
    if (length > 0) this.#quietSinceMs = nowMs;
    this.#credit.saw(length);
    const fault =
      checkTime(chunk.ptsMs, latestPtsMs) ?? (chunk.bytes.length > 0 ? this.lane.check(chunk.bytes) : undefined);
    // Also where all of it is paused: it came, and chat behind it is not ahead of its time.
    if (fault === undefined && length > 0) this.#latestMs = Math.max(this.#latestMs, endOfChunk(chunk, this.#shape));
    if (place === 'ahead') {
      const bytes = fault === undefined ? new Uint8Array(chunk.bytes) : new Uint8Array(0);
      this.#order.hold(chunk.seq, { chunk: { ...chunk, bytes }, length, fault, cut });
      return fault ?? ACCEPTED;
    }
    this.#order.advance();
    if (chunk.bytes.length > 0 && fault === undefined) this.#watchRate(chunk, nowMs);
    const found = this.#deliver({ chunk, length, fault, cut });
    return this.#drain() ?? found ?? ACCEPTED;
  }

  /** The sender has lost what lies before a frame. Without `toMs` the time of that frame says how much it was. */
  skip(gap: Omit<DeclaredGap, 'toMs' | 'fromMs'> & Partial<Pick<DeclaredGap, 'toMs' | 'fromMs'>>): MediaVerdict {
    const { streamId, nextSeq, nextByteOffset } = gap;
    if (this.#ended) return refuse('stream_ended', `Stream ${streamId} has ended.`);
    const due = this.point;
    const isBehind = nextSeq < due.nextSeq || nextByteOffset < due.nextByteOffset;
    if (isBehind || (nextSeq === due.nextSeq && nextByteOffset !== due.nextByteOffset)) {
      const expected = `seq ${due.nextSeq} at byte ${due.nextByteOffset} is due`;
      return refuse('invalid_message', `Stream ${streamId}: ${expected}, not ${nextSeq} at ${nextByteOffset}.`);
    }
    // Until the gap is told, a process after this one must begin in front of it: else nobody would tell of it.
    this.#marks.begin({ seq: due.nextSeq, byteOffset: due.nextByteOffset, startMs: this.lane.endMs });
    for (let gone = this.#order.skipTo(nextSeq); gone > 0; gone -= 1) this.host.drop('lost_frame');
    this.#credit.skipTo(nextByteOffset);
    this.rateWatch?.restart();
    this.#gaps.declare(gap);
    return this.#drain() ?? ACCEPTED;
  }

  end(): void {
    if (this.#ended) return;
    this.#skipHoles();
    if (this.#ended) return; // a held frame was the last
    this.#finish();
  }

  /** Drops what came and lies at or behind `fromMs`, where the stream leaves the watermark. Idempotent. */
  pause(fromMs: number, cause: 'paused' | 'on_hold' = 'paused'): void {
    if (this.#ended) return;
    const pauses = new Pauses();
    pauses.begin(fromMs);
    this.#order.revise((held) => {
      if (held.chunk.bytes.length === 0) return held;
      const { chunk, ...cut } = cutChunk(held.chunk, this.#shape, pauses);
      const revised = { ...held, chunk: { ...chunk, bytes: chunk.bytes.slice() }, cut: { ...cut, cause } };
      held.chunk.bytes.fill(0);
      return revised;
    });
    this.pauseDue(fromMs);
    // Else what lies before it is still to come, and goes on from what came.
    if (this.#isInPause) this.#cutLane(fromMs);
  }

  /** The time of the pause has come, and maybe not yet what lies before it: a client that was away sends that behind the word. */
  pauseDue(fromMs: number): void {
    this.#pauseFromMs = Math.min(this.#pauseFromMs, fromMs);
  }

  /** The pause has come to this stream: nobody waits for it. */
  silence(): void {
    this.#paused = true;
  }

  /** One of two pauses is over, and the other began at `fromMs`. */
  pauseGoesOn(fromMs: number): void {
    this.#paused = this.#isInPause;
    this.#pauseFromMs = fromMs;
  }

  /** Media is taken again; who was sending before gets the whole idle limit to begin. */
  unpause(nowMs: number): void {
    this.#paused = false;
    this.#pauseFromMs = Infinity;
    if (this.#credit.nextByteOffset > 0) this.#quietSinceMs = nowMs;
  }

  /** Lets the lane work. A stream that stays silent gives up its holes and its half-full batches. */
  pump(nowMs: number, heardMs: number): void {
    const stalled = heardMs >= this.#idleAtMs;
    if (stalled && this.#order.heldCount > 0) this.#skipHoles();
    this.lane.pump(nowMs, stalled || this.#ended);
  }

  /**
   * In a pause at once; but not while nobody is connected, who may have ended it and could not say so yet.
   * @param heardMs time up to which everything that arrived has been read; wall ms.
   */
  isIdle(heardMs: number): boolean {
    const pending = this.lane.pending || this.#order.heldCount > 0;
    if (this.#isInPause) return this.#attached && !pending && heardMs >= this.#mayUnpauseUntilMs;
    const holdsCredit = this.#attached && this.#credit.isFree;
    return isIdle({ heardMs, idleAtMs: this.#idleAtMs, holdsCredit, pending });
  }

  /** When it counts as silent, or need not be waited for in a pause, unless it does already, by what was heard up to `heardMs`; wall ms. */
  silentAtMs(heardMs: number): number {
    if (this.#ended) return Infinity;
    const silentAtMs = this.#idleAtMs > heardMs ? this.#idleAtMs : Infinity;
    const isHeldUp = this.#isInPause && this.#mayUnpauseUntilMs > heardMs;
    return isHeldUp ? Math.min(silentAtMs, this.#mayUnpauseUntilMs) : silentAtMs;
  }

  /** The new limit when it has grown by a step. Who waited for it gets the whole idle limit to answer. */
  grant(nowMs: number): number | undefined {
    if (this.#ended) return undefined;
    const wasFree = this.#credit.isFree;
    const limit = this.#credit.grant(this.lane.heldBytes);
    if (limit !== undefined && !wasFree) this.#quietSinceMs = nowMs;
    return limit;
  }

  get #isInPause(): boolean {
    return this.#paused || this.furthestMs >= this.#pauseFromMs - REACHED_WITHIN_MS;
  }

  get #idleAtMs(): number {
    return this.#quietSinceMs + this.limits.idleAfterMs;
  }

  #goOn({ seq, byteOffset, startMs, ended }: StreamStart): void {
    this.#marks.add({ seq, byteOffset, startMs });
    this.#wantsInit = seq > 0 && this.lane.begin !== undefined && !ended;
    if (ended) this.#finish();
  }

  /** Sent again, and known: nothing but an init segment that a new decoder waits for. */
  #again({ init, bytes }: MediaChunk): MediaVerdict {
    if (!init || !this.#wantsInit) return ACCEPTED;
    this.#wantsInit = false;
    return this.lane.begin?.(bytes) ?? ACCEPTED;
  }

  #finish(): void {
    for (; this.#setAside > 0; this.#setAside -= 1) this.host.drop('lost_frame');
    this.#ended = true;
    this.#gaps.end();
    this.lane.end();
  }

  /** `fault`: the one found on arrival; returns it, or the one that the lane finds. */
  #deliver({ chunk, length, fault: known, cut }: HeldFrame): MediaFault | undefined {
    const { seq, byteOffset } = chunk;
    // Where it was placed before, whatever its stamp says; what a pause left of it begins later.
    const isFirst = seq === this.goesOn?.seq && !cut.cutBefore;
    const ptsMs = isFirst ? this.goesOn!.startMs : Math.max(0, chunk.ptsMs);
    this.#credit.receivedTo(byteOffset + length);
    if (length > 0) this.#gaps.next(ptsMs);
    if (cut.cutBefore && known === undefined) this.#cutLane();
    const fault = known ?? this.#seam.accept({ ...chunk, ptsMs }, length);
    // the lane has placed nothing of one that was paused or refused
    const placedMs = chunk.bytes.length > 0 && fault === undefined ? this.lane.placedMs?.(ptsMs) : undefined;
    if (length > 0) this.#marks.add({ seq, byteOffset, startMs: placedMs ?? ptsMs });
    if (fault !== undefined) this.host.drop(fault.code);
    else if (cut.cutBefore || cut.cutBehind) this.host.drop(cut.cause ?? 'paused');
    const endsAtPause = this.lane.endMs >= this.#pauseFromMs - REACHED_WITHIN_MS;
    if ((cut.cutBehind || endsAtPause) && known === undefined) this.#cutLane();
    if (chunk.endOfStream) this.#finish();
    return fault;
  }

  /** Nothing goes on over the seam that a pause makes. */
  #cutLane(fromMs?: number): void {
    if (this.#seam.cut(fromMs)) this.rateWatch?.restart();
  }

  #drain(): MediaFault | undefined {
    while (!this.#ended) {
      const held = this.#order.takeNext();
      if (held === undefined) return undefined;
      if (held.chunk.byteOffset !== this.#credit.nextByteOffset) return this.#outOfOrder(held.chunk);
      this.#deliver(held);
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
      this.#deliver(held);
      const toMs = Math.max(fromMs, held.chunk.ptsMs);
      this.host.gap({ streamName: this.spec.name, reason: 'lost_frames', fromMs, toMs });
      this.#drain();
    }
  }

  /** A frame that came out of order says nothing about when it was sent: those behind a hole begin anew. */
  #watchRate({ ptsMs, bytes, discontinuity }: MediaChunk, nowMs: number): void {
    if (discontinuity || this.#order.heldCount > 0) this.rateWatch?.restart();
    const wrong = this.rateWatch?.hears(ptsMs, nowMs, bytes.length, this.#credit.isFree);
    if (wrong === undefined) return;
    const { declaredHz, looksLikeHz, evidence } = wrong;
    const detail = { reason: 'sample_rate', declaredHz, looksLikeHz, evidence };
    this.host.notice({ streamName: this.spec.name, atMs: ptsMs, detail });
  }

  #outOfOrder(chunk: MediaChunk): MediaFault {
    const expected = `seq ${this.#order.nextSeq} at byte ${this.#credit.nextByteOffset}`;
    return refuse('frame_out_of_order', `seq ${chunk.seq} at byte ${chunk.byteOffset} came where ${expected} was due.`);
  }
}

function checkTime(ptsMs: number, latestMs: number): MediaFault | undefined {
  if (ptsMs <= latestMs) return undefined;
  return refuse('payload_invalid', `ptsMs ${ptsMs} is too far ahead: it counts from session.start.`);
}
