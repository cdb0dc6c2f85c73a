import { refuse, type Lane, type LaneHost, type MediaFault, type PartialSink } from './lane';
import type { StreamSpec } from '../facts/media-chunk';
import { MediaTimeline } from './media-timeline';
import { PcmRing } from './pcm-ring';
import type { VoiceCut } from './resume/restored-streams';
import { neededFromMs, voiceCut, type VoiceStand } from './resume/voice-cuts';
import type { LaneDeps } from './open-lane';
import { SpeechSpans } from './speech-spans';
import type { HopVoice, UtteranceClosed, UtteranceOpen } from '../facts/stream-fact';
import { SAMPLES_PER_MS, type StreamOptions } from './stream-options';
import { cutAt, UtteranceCutter, type Cut } from './utterance-cutter';
import { UtteranceStarts } from './utterance-starts';
import { VoiceActivity } from './voice-activity';
import { VoiceFrames, type ScoredFrame } from './voice-frames';
import { type Placed, type VoiceGap, VoicePlacement } from './voice-placement';

/**
 * One voice stream: PCM into the ring, frames through voice activity, utterances out in stream order, audio and
 * speech of each hop on request. Positions are ordinals (see `PcmRing`) unless they say media.
 */
export class VoiceLane implements Lane {
  readonly #ring: PcmRing;
  readonly #timeline = new MediaTimeline();
  readonly #speech = new SpeechSpans();
  readonly #activity: VoiceActivity;
  readonly #cutter: UtteranceCutter;
  readonly #frames: VoiceFrames;
  /** The last hard start that was made. */
  #hardStart = -1;
  #closed: Cut | undefined;
  readonly #starts = new UtteranceStarts();
  /** Up to where the open utterance was told, in ordinals. */
  #toldUntil = 0;
  /** Of a session that goes on after its process. */
  readonly #restored: VoiceCut | undefined;
  /** Sound before this was cut by that process; media samples, and in ordinals. */
  readonly #floorMedia: number;
  #floor = 0;
  /** Sound has come up to there: what lies before it, with its holes, is known. */
  #floorIsPlaced = false;
  readonly #placement: VoicePlacement;
  /** In released hops, as far as in order. */
  #consumed = 0;
  /** Nothing can be made of what comes before this ordinal. */
  #workFrom = 0;
  #ended = false;

  private readonly options: StreamOptions;
  private readonly host: LaneHost;
  private readonly partials: PartialSink | undefined;

  constructor(
    private readonly spec: StreamSpec,
    sessionId: string,
    { pool, clock, options, host, rings, partials, restored }: Omit<LaneDeps, 'pace' | 'isLive' | 'video'>,
  ) {
    this.#restored = restored?.(spec.name);
    this.#floorMedia = Math.round((this.#restored?.floorMs ?? 0) * SAMPLES_PER_MS);
    this.options = options;
    this.host = host;
    this.partials = partials;
    const { maxUtteranceMs, preRollMs, endpointMs, hopMs } = options;
    const history = (maxUtteranceMs + preRollMs + endpointMs + hopMs) * SAMPLES_PER_MS;
    this.#ring = new PcmRing(Math.ceil(options.voiceCreditBytes / 2) + history, rings);
    this.#placement = new VoicePlacement({
      ...{ options, host, timeline: this.#timeline },
      gap: (reason, from, to) => this.#gap(reason, from, to),
    });
    this.#activity = new VoiceActivity(options);
    this.#cutter = new UtteranceCutter(options);
    this.#frames = new VoiceFrames({
      sessionId,
      pool,
      clock,
      options,
      ring: this.#ring,
      timeline: this.#timeline,
      skipSamples: this.#restored?.skipSamples ?? 0,
      wake: () => host.wake(),
      dueFrom: () => this.#dueFrom(),
      failed: (from, to) => {
        host.drop('voice_activity_failed');
        this.#gap('voice_activity_failed', this.#timeline.mediaAt(from)!, this.#timeline.mediaAt(to - 1)! + 1);
      },
    });
  }

  /**
   * Voice activity may use up the lateness that the watermark allows: a hop needs it to have passed the hop's end,
   * not 300 ms more. This hides the wait for a fuller batch.
   */
  get mediaMs(): number {
    const settled = this.#timeline.mediaAt(this.#cutter.candidateStart ?? this.#frames.cursor);
    if (settled === undefined) return 0;
    const arrived = this.#timeline.mediaAt(this.#ring.head)!;
    return Math.min(arrived / SAMPLES_PER_MS, settled / SAMPLES_PER_MS + this.options.allowedLatenessMs);
  }

  get endMs(): number {
    return this.#placement.endMs;
  }

  get pending(): boolean {
    return this.#closed !== undefined || this.#frames.pending || (this.#ended && this.#cutter.open);
  }

  get isIdle(): boolean {
    return this.#ring.head < this.#workFrom;
  }

  /** What came is scored, and an utterance is open: it ends with what is heard next, or with the watermark. */
  get waitsForWatermark(): boolean {
    return this.#cutter.open && !this.#frames.pending;
  }

  get heldBytes(): number {
    return (this.#ring.head - this.#consumed) * 2;
  }

  get deadlineMs(): number {
    return this.#frames.deadlineMs;
  }

  get needFromMs(): number {
    return this.#ended && !this.pending ? Infinity : neededFromMs(this.#stand);
  }

  placedMs(): number | undefined {
    return this.#placement.placedMs;
  }

  cuts(fromMs: number): VoiceCut[] {
    const { name } = this.spec;
    return [{ name, ...(voiceCut(this.#stand, fromMs) ?? this.#restored ?? { floorMs: 0, skipSamples: 0 }) }];
  }

  check(bytes: Uint8Array): MediaFault | undefined {
    return bytes.length % 2 === 0
      ? undefined
      : refuse('payload_invalid', `A payload of ${bytes.length} bytes is no 16-bit PCM.`);
  }

  accept(ptsMs: number, bytes: Uint8Array, discontinuity: boolean): void {
    if (discontinuity) this.#placement.breaks();
    if (bytes.length === 0) return;
    const { head } = this.#ring;
    const { segmentCount } = this.#timeline;
    const placed = this.#placement.place(ptsMs, bytes.length / 2, head, head - this.#consumed);
    if (placed === undefined) return;
    this.#placeFloor(placed, head);
    this.#ring.write(bytes);
    // what lies in front of a jump waits for nothing more
    if (discontinuity || this.#timeline.segmentCount !== segmentCount) this.#workFrom = 0;
  }

  /** Where the process before had cut, in ordinals. A pause or a gap before it takes media time and no ordinals. */
  #placeFloor({ media, end }: Placed, head: number): void {
    if (this.#floorIsPlaced) return;
    this.#floor = head + Math.max(0, this.#floorMedia - media);
    this.#floorIsPlaced = end >= this.#floorMedia;
  }

  lost(): void {
    this.#placement.lost();
  }

  end(): void {
    this.#ended = true;
    this.#frames.end();
  }

  pause(fromMs: number): void {
    const cut = this.#erase(Math.ceil(fromMs * SAMPLES_PER_MS));
    const { cursor } = this.#frames;
    this.#frames.forget();
    this.#closed = this.#closed && cutAt(this.#closed, cut);
    // What is in front of the cut is still heard; where it was heard already, the utterance ends in the past.
    if (cut >= cursor) return this.#timeline.breakAt(cut);
    const open = this.#cutter.close(cursor);
    this.#closed ??= open && cutAt(open, cut);
    this.#cutter.restart(cursor);
    this.#activity.reset();
    this.#frames.reset();
  }

  pump(nowMs: number, flush: boolean): void {
    this.#frames.tick(nowMs);
    while (this.#step(flush));
    this.#consume();
    this.#workFrom = this.#closed === undefined ? this.#frames.workFrom : 0;
  }

  /** Audio and speech of media [startMs, endMs), or undefined when nothing arrived for it. */
  voiceIn(startMs: number, endMs: number): HopVoice | undefined {
    const start = startMs * SAMPLES_PER_MS;
    const end = endMs * SAMPLES_PER_MS;
    let pcm: Int16Array | undefined;
    this.#timeline.within(start, end, this.#consumed, this.#ring.head, (ordinal, count, media) => {
      pcm ??= new Int16Array(end - start);
      this.#ring.copy(ordinal, count, pcm, media - start);
    });
    const speech = this.#speech.take(start, end);
    return pcm && { streamName: this.spec.name, party: this.spec.party, pcm, speech };
  }

  nextContentMs(fromMs: number): number {
    let first = Infinity;
    this.#timeline.within(
      fromMs * SAMPLES_PER_MS,
      Infinity,
      this.#consumed,
      this.#ring.head,
      (_ordinal, _count, media) => {
        first = Math.min(first, media);
      },
    );
    return first / SAMPLES_PER_MS;
  }

  release(endMs: number): void {
    this.#placement.release(endMs);
    this.#consume();
  }

  goOn(endMs: number): void {
    this.#placement.goOn(endMs);
    this.#consume();
  }

  dispose(): void {
    this.#frames.dispose();
    this.#ring.release();
  }

  get #stand(): VoiceStand {
    const closed = this.#closed?.start ?? Infinity;
    return {
      ...{ timeline: this.#timeline, cursor: this.#frames.cursor, head: this.#ring.head },
      floor: Math.max(this.#floor, Math.min(closed, this.#cutter.floor)),
      keepFrom: this.#keepFrom,
    };
  }

  /** No utterance to come begins before this ordinal. */
  get #keepFrom(): number {
    return Math.min(this.#closed?.start ?? Infinity, this.#cutter.keepFrom(this.#frames.cursor));
  }

  /** Zeros from a media sample on; the first ordinal erased, or the head. */
  #erase(from: number): number {
    const { head, oldest } = this.#ring;
    let cut = head;
    this.#timeline.within(from, Infinity, oldest, head, (ordinal, count) => {
      cut = Math.min(cut, ordinal);
      this.#ring.erase(ordinal, count);
    });
    this.#speech.erase(from);
    return cut;
  }

  /** One thing that can be done now; false when there is none. */
  #step(flush: boolean): boolean {
    if (this.#closed !== undefined) return this.#emit(this.#closed);
    if (this.#frames.busy) return false;
    const cursor = this.#frames.cursor;
    if (cursor !== this.#hardStart && this.#timeline.startsHard(cursor)) return this.#startAfresh();
    const frame = this.#frames.next(flush);
    if (frame !== undefined) {
      this.#heard(frame);
      return true;
    }
    if (!this.#cutter.open || this.#frames.pending || !(this.#ended || this.#silentBehindWatermark())) return false;
    this.#closed = this.#close(cursor);
    // Else the part of a frame that is left would count as speech going on: an utterance of a few ms after the pause.
    this.#activity.reset();
    return true;
  }

  #heard({ samples, probability }: ScoredFrame): void {
    const end = this.#frames.cursor;
    const start = end - samples;
    const phase = this.#activity.next(probability);
    if (phase === 'speech') this.#markSpeech(this.#cutter.candidateStart ?? start, end);
    if (start <= this.#floor && end > this.#floor) this.#cutter.clip(this.#floor);
    const cut = this.#cutter.next(start, end, probability, phase);
    if (end <= this.#floor) return; // cut by the process before
    this.#closed = cut;
    if (this.#closed === undefined) this.#tellOpen(end);
  }

  /** What came of an utterance that goes on, where somebody wants it and has room; the next time has it all again. */
  #tellOpen(end: number): void {
    if (end < this.#partFrom || !this.partials!.roomForPartial(this.spec.name)) return;
    this.#toldUntil = end;
    this.partials!.partial({ kind: 'utterance-open', ...this.#utterance(this.#cutter.openFrom!, end) });
  }

  /** The open utterance is told in part by a frame that ends there or behind it; Infinity: by none. */
  get #partFrom(): number {
    const start = this.#cutter.openFrom;
    if (start === undefined || this.partials === undefined) return Infinity;
    return Math.max(start, this.#toldUntil) + this.options.partialEveryMs * SAMPLES_PER_MS;
  }

  /**
   * Nothing may come of frames that end before this ordinal: neither the end of an utterance or a part of it, nor that of a
   * hop. While somebody speaks that is most of a second, however soon it is known that they still do. A run that may become
   * speech holds up its hop, and who waits for the watermark waits for this stream.
   */
  #dueFrom(): number {
    const { cursor } = this.#frames;
    if (this.#cutter.candidateStart !== undefined || this.host.isWatermarkAwaited) return cursor;
    if (this.#timeline.nextStart(cursor) !== Infinity) return cursor;
    const hop = this.options.hopMs * SAMPLES_PER_MS;
    const hopEnd = cursor + hop - ((this.#timeline.mediaAt(cursor) ?? 0) % hop);
    return Math.min(hopEnd, this.#cutter.closesFrom(cursor), this.#partFrom);
  }

  /** Words before the floor were cut by the process before. */
  #close(head: number): Cut | undefined {
    const cut = this.#cutter.close(head);
    return head <= this.#floor ? undefined : cut;
  }

  #markSpeech(from: number, to: number): void {
    this.#timeline.within(-Infinity, Infinity, from, to, (_ordinal, count, media) =>
      this.#speech.add(media, media + count),
    );
  }

  /** What was open ends; the next frame is the first of a stream. */
  #startAfresh(): boolean {
    const cursor = this.#frames.cursor;
    this.#hardStart = cursor;
    this.#closed = this.#close(cursor);
    this.#cutter.restart(cursor);
    this.#activity.reset();
    this.#frames.reset();
    return true;
  }

  /** Rule 1: a pause of the sender is silence once the watermark says so, whatever a timer says. */
  #silentBehindWatermark(): boolean {
    const media = this.#timeline.mediaAt(this.#frames.cursor)!;
    // the watermark of the process before: what is heard again has yet to catch up with it
    const { passed } = this.#placement;
    if (media < passed && this.host.watermarkMs * SAMPLES_PER_MS <= passed) return false;
    return this.host.watermarkMs - media / SAMPLES_PER_MS >= this.options.endpointMs;
  }

  #emit({ start, end, speech }: Cut): boolean {
    if (!this.host.roomForUtterance()) return false;
    this.#closed = undefined;
    const speechMs = Math.round(speech / SAMPLES_PER_MS);
    const fact: UtteranceClosed = { kind: 'utterance', ...this.#utterance(start, end), speechMs };
    this.host.utterance(fact);
    return true;
  }

  #utterance(start: number, end: number): Omit<UtteranceOpen, 'kind'> {
    const pcm = new Int16Array(end - start);
    this.#ring.copy(start, pcm.length, pcm, 0);
    const startMs = this.#starts.of(start, this.#timeline.mediaAt(start)! / SAMPLES_PER_MS);
    const endMs = Math.max(startMs, Math.round((this.#timeline.mediaAt(end - 1)! + 1) / SAMPLES_PER_MS));
    const { name: streamName, party } = this.spec;
    return { utteranceId: `${streamName}-${startMs}`, streamName, party, startMs, endMs, pcm };
  }

  #consume(): void {
    const { cursor } = this.#frames;
    this.#consumed = this.#timeline.firstAtOrAfter(this.#placement.released, this.#consumed, cursor);
    this.#timeline.prune(Math.min(this.#consumed, this.#keepFrom));
  }

  #gap(reason: VoiceGap, from: number, to: number): void {
    this.host.gap({ streamName: this.spec.name, reason, fromMs: from / SAMPLES_PER_MS, toMs: to / SAMPLES_PER_MS });
  }
}
