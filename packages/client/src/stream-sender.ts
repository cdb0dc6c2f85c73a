import { type ClientMessage, FrameFlag, RapportError, encodeFrame } from '@rapport-live/protocol';
import type { ClientBounds } from './options';
import { type KeptFrame, ReplayBuffer, type StreamPosition } from './replay-buffer';

export type GapReason = Extract<ClientMessage, { type: 'media.gap' }>['reason'];

/** Media that will never reach the service. */
export interface StreamGap {
  readonly streamId: number;
  /** Media time of the first ms lost, and of the first ms after it. */
  readonly fromPtsMs: number;
  readonly toPtsMs: number;
  readonly reason: GapReason;
}

/** What `session.resumed` says of one stream. */
export interface ResumedStream {
  readonly nextSeq: number;
  readonly limitBytes: number;
  readonly sendInit: boolean;
  readonly ended: boolean;
}

/** What is said of a frame beside its payload and time. */
export interface FrameMarks {
  /** `FrameFlag`s. */
  readonly flags?: number;
  /** Media from `fromPtsMs` to this frame was never there to be sent. */
  readonly gap?: { readonly fromPtsMs: number; readonly reason: GapReason };
  /** Withdraws it while it waits. */
  readonly signal?: AbortSignal;
}

export interface StreamWire {
  /** Hands a frame to the connection, whether or not that still stands. */
  frame(bytes: Uint8Array): void;
  /** More waits than should, or no longer. */
  pressure(streamId: number, queuedBytes: number, isHigh: boolean): void;
  /** `next`: the frame behind the gap, where the service is still to be told. */
  gap(gap: StreamGap, next?: StreamPosition): void;
}

interface Queued {
  readonly payload: Uint8Array;
  readonly ptsMs: number;
  flags: number;
  /** Media from there to this frame is missing. */
  gap: FrameMarks['gap'];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * One outgoing stream: queues media until credit and connection let it go, numbers it as it goes, and keeps it until
 * the service needs it no more. After a resume what the service lacks goes first, as it was.
 */
export class StreamSender {
  private readonly queue: Queued[] = [];
  private queuedBytes = 0;
  private isHigh = false;
  private readonly replay: ReplayBuffer;
  /** Next frame to be sent on this connection; below `replay.next.seq` after a resume. */
  private cursor = 0;
  private isUp = true;
  private over: Error | undefined;
  private endsWith: number | undefined;

  constructor(
    readonly streamId: number,
    private limitBytes: number,
    private readonly bounds: Pick<ClientBounds, 'maxQueuedBytes' | 'maxReplayBytes' | 'pressureBytes'>,
    private readonly wire: StreamWire,
    /** Whether the service can resume: else nothing is kept. */
    private readonly keeps: boolean,
  ) {
    this.replay = new ReplayBuffer(keeps ? bounds.maxReplayBytes : 0);
  }

  /** Of media that waits for credit or for the connection. */
  get waitingBytes(): number {
    return this.queuedBytes;
  }

  /** Of the frame that ended it; undefined before. */
  get endSeq(): number | undefined {
    return this.endsWith;
  }

  /** Everything has been sent, on this connection. */
  get isDrained(): boolean {
    return this.queue.length === 0 && this.cursor === this.replay.next.seq;
  }

  /** Resolves when the frame was sent for the first time; `payload` must not change until then. */
  push(payload: Uint8Array, ptsMs: number, { flags = 0, gap, signal }: FrameMarks = {}): Promise<void> {
    if (this.over !== undefined) return Promise.reject(this.over);
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const sent = new Promise<void>((resolve, reject) => {
      const marked = gap === undefined ? flags : flags | FrameFlag.discontinuity;
      const entry: Queued = { payload, ptsMs, flags: marked, gap, resolve, reject };
      this.queue.push(entry);
      this.queuedBytes += payload.byteLength;
      if (signal === undefined) return;
      const onAbort = (): void => this.drop(this.queue.indexOf(entry), signal.reason as Error);
      signal.addEventListener('abort', onAbort);
      const settled = (): void => signal.removeEventListener('abort', onAbort);
      void Promise.resolve().then(() => sent.then(settled, settled));
    });
    // Who streams from a microphone does not wait for each frame: the event `gap` tells what was lost.
    sent.catch(() => {});
    this.pump();
    this.feel();
    this.dropOldest();
    return sent;
  }

  /** An absolute offset: only the largest counts. */
  credit(limitBytes: number): void {
    this.limitBytes = Math.max(this.limitBytes, limitBytes);
    this.pump();
  }

  acked(seq: number): void {
    this.replay.acked(seq);
  }

  /** What can still be sent, for `session.resume`. */
  get position(): { readonly oldest: StreamPosition; readonly next: StreamPosition } {
    return { oldest: this.replay.oldest, next: this.replay.next };
  }

  detach(): void {
    this.isUp = false;
  }

  /** Goes on over another connection, from where the service says. Its credit holds, also when it is less. */
  attach({ nextSeq, limitBytes, sendInit, ended }: ResumedStream): void {
    const { oldest, next } = this.replay;
    const { droppedFromUs } = this.replay;
    this.isUp = true;
    this.limitBytes = limitBytes;
    this.cursor = ended ? next.seq : Math.min(Math.max(nextSeq, oldest.seq), next.seq);
    if (!ended && droppedFromUs !== undefined && this.cursor === oldest.seq) {
      const toPtsUs = this.replay.at(oldest.seq)?.ptsUs ?? droppedFromUs;
      const gap = { streamId: this.streamId, fromPtsMs: droppedFromUs / 1000, toPtsMs: toPtsUs / 1000 };
      this.wire.gap({ ...gap, reason: 'buffer_overflow' }); // `session.resume` has told it
    }
    const init = sendInit && !ended ? this.replay.initBefore(this.cursor) : undefined;
    if (init !== undefined) this.wire.frame(again(init));
    this.pump();
  }

  /** The session is over: whoever waits is told why. */
  close(reason: Error): void {
    this.over ??= reason;
    for (const { reject } of this.queue.splice(0)) reject(this.over);
    this.queuedBytes = 0;
  }

  private pump(): void {
    while (this.isUp && this.over === undefined) {
      const kept = this.cursor < this.replay.next.seq ? this.replay.at(this.cursor) : undefined;
      if (kept !== undefined) {
        if (kept.byteOffset + kept.payloadBytes > this.limitBytes) return;
        this.cursor += 1;
        this.wire.frame(again(kept));
        continue;
      }
      const entry = this.queue[0];
      if (entry === undefined) return;
      if (this.replay.next.byteOffset + entry.payload.byteLength > this.limitBytes) return;
      this.queue.shift();
      this.queuedBytes -= entry.payload.byteLength;
      this.transmit(entry);
      this.feel();
    }
  }

  /** Tells when the queue has grown over the bound, and when half of that is left: once each. */
  private feel(): void {
    const { pressureBytes } = this.bounds;
    const isHigh = this.queuedBytes > (this.isHigh ? pressureBytes / 2 : pressureBytes);
    if (isHigh === this.isHigh) return;
    this.isHigh = isHigh;
    this.wire.pressure(this.streamId, this.queuedBytes, isHigh);
  }

  private transmit({ payload, ptsMs, flags, gap, resolve, reject }: Queued): void {
    const { seq, byteOffset } = this.replay.next;
    const ptsUs = Math.round(ptsMs * 1000);
    const { streamId } = this;
    let bytes: Uint8Array;
    try {
      bytes = encodeFrame({ flags, streamId, seq, ptsUs, byteOffset }, payload);
    } catch (error) {
      return reject(error as Error); // a time stamp that no frame can hold
    }
    if (gap !== undefined) {
      const { fromPtsMs, reason } = gap;
      this.wire.gap({ streamId, fromPtsMs: Math.min(fromPtsMs, ptsMs), toPtsMs: ptsMs, reason }, { seq, byteOffset });
    }
    const isInit = (flags & FrameFlag.init) !== 0;
    this.replay.push({ seq, ptsUs, byteOffset, payloadBytes: payload.byteLength, isInit, bytes });
    if (!this.keeps) this.replay.acked(seq + 1);
    if ((flags & FrameFlag.endOfStream) !== 0) this.endsWith ??= seq;
    this.cursor = seq + 1;
    this.wire.frame(bytes);
    resolve();
  }

  /** Media that nobody waits for must not fill the memory: the oldest goes, and the next frame says so. */
  private dropOldest(): void {
    const { maxQueuedBytes } = this.bounds;
    while (this.queuedBytes > maxQueuedBytes) {
      // Without a container's header nothing behind it can be decoded; an end holds no media.
      const at = this.queue.findIndex(({ flags }) => (flags & (FrameFlag.init | FrameFlag.endOfStream)) === 0);
      if (at < 0 || at === this.queue.length - 1) return;
      const { ptsMs, gap } = this.queue[at]!;
      const following = this.queue[at + 1]!;
      following.flags |= FrameFlag.discontinuity;
      following.gap = { fromPtsMs: gap?.fromPtsMs ?? ptsMs, reason: 'buffer_overflow' };
      const message = `More than ${maxQueuedBytes} bytes of stream ${this.streamId} waited to be sent.`;
      this.drop(at, new RapportError('buffer_full', message));
    }
  }

  private drop(at: number, reason: Error): void {
    const [dropped] = at < 0 ? [] : this.queue.splice(at, 1);
    if (dropped === undefined) return;
    this.queuedBytes -= dropped.payload.byteLength;
    dropped.reject(reason);
    this.feel();
  }
}

/** The same frame with the flag that says so. */
function again({ bytes }: KeptFrame): Uint8Array {
  const copy = bytes.slice();
  copy[1]! |= FrameFlag.retransmit;
  return copy;
}
