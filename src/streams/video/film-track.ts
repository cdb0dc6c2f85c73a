import { RestartBudget } from '../../facts/restart-budget';
import type { FilmHead } from '../codecs/demuxer';
import { refuse, type LaneHost, type MediaFault } from '../lane';
import type { StreamOptions } from '../stream-options';
import { isKeyFrame, refuseFilm } from './film-codec';
import { SEND_STILLS, type VideoDecoder, type VideoSlot } from './video-decoder';

/** Why pictures of a film are not seen. */
export type FilmLoss =
  /** The decoder hung or died and was replaced; pictures up to the next key frame are lost with it. */
  | 'video_decoder_restarted'
  /** Pictures before the first key frame, or behind lost bytes. */
  | 'video_no_key_frame'
  /** No decoder any more: it failed too often, or the pictures are not of a kind that is decoded. */
  | 'video_refused';

interface Written {
  readonly ptsMs: number;
  readonly bytes: number;
}

/** A decoder that took so many pictures and gave nothing is looked at; fewer may be ones that are never shown. */
const MIN_STALLED_PICTURES = 3;
/** A step back of media time that no order of B-frames makes, ms. */
const MAX_REORDER_MS = 1000;

/**
 * The pictures of one stream through a decoder that may hang, die or never start: watched by what it gives for what it
 * took, replaced at the next key frame, given up when that happens too often. Times are media ms unless they say wall.
 */
export class FilmTrack {
  readonly #budget: RestartBudget;
  #slot: VideoSlot | undefined;
  #decoder: VideoDecoder | undefined;
  #head: FilmHead | undefined;
  #fault: MediaFault | undefined;
  /** In the decoder and not decoded yet. */
  #written: Written[] = [];
  #waitingBytes = 0;
  #sinceProgress = 0;
  /** Wall ms of the last sign of life while something is to be done. */
  #aliveAtMs = Infinity;
  #lastMs = 0;
  #decodedMs = 0;
  /** Why pictures are left out until a key frame comes. */
  #skipping: FilmLoss | undefined = 'video_no_key_frame';
  #ended = false;

  constructor(
    slot: VideoSlot,
    private readonly streamName: string,
    private readonly options: StreamOptions,
    private readonly host: LaneHost,
    private readonly nowMs: () => number,
    private readonly still: (ptsMs: number, jpeg: Uint8Array) => void,
  ) {
    this.#slot = slot;
    this.#budget = new RestartBudget(options.maxVideoRestarts, options.videoRestartWindowMs);
  }

  /** Bytes that the decoder has not worked off. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** The decoder gives out what it holds. */
  get pending(): boolean {
    return this.#ended && this.#decoder !== undefined;
  }

  get deadlineMs(): number {
    return this.#watched ? this.#aliveAtMs + this.options.videoStallMs : Infinity;
  }

  /** Up to when no still is to come, given media up to `latestMs`. */
  settledMs(latestMs: number): number {
    return this.#written.length === 0 ? latestMs : Math.min(latestMs, this.#decodedMs);
  }

  /** A fault that the sender has not been told yet. */
  takeFault(): MediaFault | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  /** A recording begins. */
  begin(head: FilmHead): void {
    this.#abandon('video_decoder_restarted');
    const refusal = refuseFilm(head, this.options);
    this.#head = refusal === undefined ? head : undefined;
    this.#skipping = refusal === undefined ? 'video_no_key_frame' : 'video_refused';
    if (refusal !== undefined) this.#fault = refuse(refusal.code, `${this.streamName}: ${refusal.message}`);
  }

  picture(ptsMs: number, data: Uint8Array): void {
    const at = Math.max(0, Math.round(ptsMs));
    const key = this.#head !== undefined && isKeyFrame(this.#head, data);
    if (at < this.#lastMs - MAX_REORDER_MS) this.#skip('video_no_key_frame');
    this.#lastMs = at;
    if (this.#head === undefined || this.#slot === undefined || (this.#skipping !== undefined && !key)) {
      this.#lose(this.#skipping ?? 'video_refused', at, at);
      return;
    }
    this.#skipping = undefined;
    this.#decoder ??= this.#open(this.#head, this.#slot, at);
    if (this.#sinceProgress === 0) this.#aliveAtMs = this.nowMs();
    this.#sinceProgress += 1;
    this.#written.push({ ptsMs: at, bytes: data.length });
    this.#waitingBytes += data.length;
    this.#decoder.write(at, key, data);
  }

  /** Pictures are missing in front of the next. */
  lost(): void {
    this.#skip('video_no_key_frame');
  }

  /** What the decoder holds goes with it; behind the pause it begins at a key frame. */
  pause(): void {
    this.#stop();
    this.#skipping ??= 'video_no_key_frame';
  }

  tick(nowMs: number): void {
    if (nowMs >= this.deadlineMs) this.#replace('it hung');
  }

  end(): void {
    this.#ended = true;
    this.#aliveAtMs = this.nowMs();
    this.#decoder?.end();
    if (this.#decoder === undefined) this.dispose();
  }

  dispose(): void {
    this.#stop();
    this.#slot?.release();
    this.#slot = undefined;
  }

  get #watched(): boolean {
    return this.#decoder !== undefined && (this.#ended || this.#sinceProgress >= MIN_STALLED_PICTURES);
  }

  #open(head: FilmHead, slot: VideoSlot, firstMs: number): VideoDecoder {
    this.#decodedMs = firstMs;
    const decoder: VideoDecoder = slot.open(head, {
      decoded: (ptsMs) => {
        if (this.#decoder === decoder) this.#progressed(ptsMs);
      },
      still: (ptsMs, jpeg) => {
        if (this.#decoder !== decoder) return;
        this.still(ptsMs, jpeg);
        this.host.wake();
      },
      closed: (fault) => {
        if (this.#decoder !== decoder) return;
        if (this.#ended) this.dispose();
        else this.#replace(fault ?? 'it ended');
        this.host.wake();
      },
    });
    return decoder;
  }

  #progressed(ptsMs: number): void {
    this.#decodedMs = Math.max(this.#decodedMs, ptsMs);
    this.#aliveAtMs = this.nowMs();
    this.#sinceProgress = 0;
    this.#written = this.#written.filter((one) => one.ptsMs > ptsMs);
    this.#waitingBytes = this.#written.reduce((sum, { bytes }) => sum + bytes, 0);
    this.host.wake();
  }

  /** What the decoder held is lost; another begins at the next key frame, unless that happened too often. */
  #replace(why: string): void {
    this.host.gap({
      streamName: this.streamName,
      reason: 'video_decoder_restarted',
      fromMs: this.#written[0]?.ptsMs ?? this.#lastMs,
      toMs: this.#lastMs,
    });
    this.#slot?.failed(why);
    this.#skip('video_decoder_restarted');
    if (this.#ended) return this.dispose();
    if (this.#budget.take(this.nowMs())) return;
    this.dispose();
    this.#skipping = 'video_refused';
    const often = `${this.options.maxVideoRestarts} times in ${this.options.videoRestartWindowMs / 1000} s`;
    this.#fault = refuse(
      'video_unavailable',
      `${this.streamName}: the decoder failed more than ${often}; its pictures are left out from here: ${SEND_STILLS}.`,
    );
    this.host.notice({ streamName: this.streamName, atMs: this.#lastMs, detail: { reason: 'video_refused' } });
  }

  #skip(why: FilmLoss): void {
    this.#abandon(why);
    if (this.#skipping === undefined) this.#skipping = why;
  }

  #abandon(why: FilmLoss): void {
    for (const { ptsMs } of this.#written) this.#lose(why, ptsMs, ptsMs);
    this.#stop();
  }

  #stop(): void {
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#written = [];
    this.#waitingBytes = 0;
    this.#sinceProgress = 0;
  }

  #lose(reason: FilmLoss, fromMs: number, toMs: number): void {
    this.host.drop(reason);
    // Those of a film that is refused were announced once, and would be an event a second for ever.
    if (reason !== 'video_refused') this.host.gap({ streamName: this.streamName, reason, fromMs, toMs });
  }
}
