import { WebmDemuxer } from '../codecs/webm-demuxer';
import type { CodedVoiceLane } from '../coded-voice-lane';
import type { VoiceCut } from '../resume/restored-streams';
import { refuse, type Lane, type LaneHost, type MediaFault } from '../lane';
import type { StillLane } from '../still-lane';
import type { StreamOptions } from '../stream-options';
import type { FilmTrack } from './film-track';
import type { PacketFeed } from './packet-feed';

export interface FilmLaneParts {
  readonly streamName: string;
  readonly voice: CodedVoiceLane;
  /** What `voice` reads from. */
  readonly feed: PacketFeed;
  readonly stills: StillLane;
  /** Absent where nobody may look (rule 9): the pictures are then never decoded. */
  readonly film: FilmTrack | undefined;
}

/**
 * One stream of `webm-video`: its container is read here once; the sound goes the way of a voice stream, the pictures
 * through a decoder into the way of stills. One shift places both: the container's times are kept against each other.
 */
export class FilmLane implements Lane {
  readonly #demuxer: WebmDemuxer;
  /** Media ms at container time 0. */
  #shiftMs: number | undefined;
  /** Of the furthest packet or picture. */
  #latestMs = 0;
  #hasSound = false;

  constructor(
    private readonly parts: FilmLaneParts,
    private readonly options: StreamOptions,
    private readonly host: LaneHost,
  ) {
    this.#demuxer = new WebmDemuxer(options.maxVideoFrameBytes);
  }

  get mediaMs(): number {
    const { voice, film } = this.parts;
    const soundMs = this.#hasSound && (voice.pending || !this.#isQuiet) ? voice.mediaMs : this.#latestMs;
    return Math.min(soundMs, film?.settledMs(this.#latestMs) ?? this.#latestMs);
  }

  get endMs(): number {
    return Math.max(this.parts.voice.endMs, this.parts.stills.endMs);
  }

  get pending(): boolean {
    return this.parts.voice.pending || (this.parts.film?.pending ?? false);
  }

  get heldBytes(): number {
    const { voice, stills, film } = this.parts;
    return voice.heldBytes + stills.heldBytes + (film?.waitingBytes ?? 0);
  }

  get deadlineMs(): number {
    return Math.min(this.parts.voice.deadlineMs, this.parts.film?.deadlineMs ?? Infinity);
  }

  get waitsForWatermark(): boolean {
    return this.parts.voice.waitsForWatermark;
  }

  get needFromMs(): number {
    return this.parts.voice.needFromMs;
  }

  cuts(fromMs: number): VoiceCut[] {
    return this.parts.voice.cuts(fromMs);
  }

  begin(bytes: Uint8Array): MediaFault | undefined {
    const { feed, voice, film } = this.parts;
    this.#demuxer.restart();
    const reason = this.#demuxer.push(bytes, {
      head: (head) => {
        this.#begin();
        this.#hasSound = true;
        feed.put({ head });
      },
      packet: () => {},
      film: (head) => {
        this.#begin();
        film?.begin(head);
      },
      picture: () => {},
      corrupt: () => {},
    });
    voice.accept(0, feed.empty ? NOTHING : SOMETHING, false, false);
    this.#seam();
    voice.lost();
    return reason === undefined ? undefined : refuse('payload_invalid', reason);
  }

  check(): undefined {
    return undefined;
  }

  accept(ptsMs: number, bytes: Uint8Array, discontinuity: boolean, init: boolean): MediaFault | undefined {
    if (discontinuity) this.#seam();
    if (init && this.#demuxer.restart()) this.parts.voice.gap('corrupt_media', ptsMs, ptsMs);
    const { feed, voice, film } = this.parts;
    let anchored = false;
    const mediaMs = (timeMs: number, within: boolean): number => {
      if (this.#shiftMs === undefined || (within && !anchored)) this.#anchor(ptsMs, timeMs);
      anchored ||= within;
      const at = timeMs + this.#shiftMs!;
      this.#latestMs = Math.max(this.#latestMs, at);
      return at;
    };
    const reason =
      bytes.length === 0
        ? undefined
        : this.#demuxer.push(bytes, {
            head: (head) => {
              this.#begin();
              this.#hasSound = true;
              feed.put({ head });
            },
            packet: (data, timeMs, within) => feed.put({ data: data.slice(), timeMs: mediaMs(timeMs, within) }),
            film: (head) => {
              this.#begin();
              film?.begin(head);
            },
            picture: (data, timeMs, within) => {
              const at = mediaMs(timeMs, within);
              film?.picture(at, data);
            },
            corrupt: () => feed.put('corrupt'),
          });
    // The feed has read the payload: of the bytes only their presence counts.
    voice.accept(feed.firstMs ?? ptsMs, feed.empty ? NOTHING : SOMETHING, discontinuity, false);
    if (reason !== undefined) this.#seam();
    return reason === undefined ? film?.takeFault() : refuse('payload_invalid', reason);
  }

  lost(): void {
    this.#seam();
    this.parts.voice.lost();
  }

  pause(fromMs: number): void {
    const { voice, stills, film } = this.parts;
    this.#demuxer.erase();
    this.#shiftMs = undefined;
    voice.pause(fromMs);
    stills.pause(fromMs);
    film?.pause();
  }

  end(): void {
    this.parts.voice.end();
    this.parts.film?.end();
  }

  pump(nowMs: number, flush: boolean): void {
    this.parts.film?.tick(nowMs);
    this.parts.voice.pump(nowMs, flush || this.#isQuiet);
  }

  nextContentMs(fromMs: number): number {
    return Math.min(this.parts.voice.nextContentMs(fromMs), this.parts.stills.nextContentMs(fromMs));
  }

  release(endMs: number): void {
    this.parts.voice.release(endMs);
    this.parts.stills.release(endMs);
  }

  goOn(endMs: number): void {
    this.parts.voice.goOn(endMs);
    this.parts.stills.goOn(endMs);
  }

  dispose(): void {
    this.parts.voice.dispose();
    this.parts.stills.dispose();
    this.parts.film?.dispose();
  }

  /** Pictures go on and no sound comes with them: nobody waits for it. */
  get #isQuiet(): boolean {
    return this.#latestMs - this.parts.voice.endMs >= this.options.idleAfterMs;
  }

  /** A header: container time begins anew. */
  #begin(): void {
    this.#shiftMs = undefined;
  }

  /** Bytes are missing in front of the next. */
  #seam(): void {
    this.#demuxer.lost();
    this.#shiftMs = undefined;
    this.parts.film?.lost();
  }

  /** The sender's stamps tremble, the container's do not: those hold while they agree. */
  #anchor(ptsMs: number, timeMs: number): void {
    const near =
      this.#shiftMs !== undefined && Math.abs(ptsMs - timeMs - this.#shiftMs) <= this.options.anchorToleranceMs;
    if (!near) this.#shiftMs = ptsMs - timeMs;
  }
}

const NOTHING = new Uint8Array(0);
const SOMETHING = new Uint8Array(1);
