import type { StreamUpdated } from '../facts/stream-fact';
import type { DecoderLoss } from './codecs/voice-decoder';
import type { ToldGap } from './resume/restored-streams';
import type { DeclaredReason } from './resume/stream-points';
import type { FilmLoss } from './video/film-track';

export type GapReason =
  | 'missing'
  | 'discontinuity'
  | 'late'
  | 'hop_passed'
  | 'lost_frames'
  | 'voice_activity_failed'
  | 'voice_backlog'
  | 'no_media'
  | DeclaredReason
  | DecoderLoss
  | FilmLoss;

export interface Gap {
  /** Absent: of the whole session. */
  readonly streamName?: string;
  readonly reason: GapReason;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something about a stream that is no loss, and said once. */
export interface Notice {
  readonly streamName: string;
  readonly atMs: number;
  readonly detail: StreamUpdated['detail'];
}

/** Stamps are rounded, ms. */
const SAME_WITHIN_MS = 1;

/**
 * Gaps on their way to being announced. They become durable events, so those of one stream and reason are merged
 * until the next hop: a sender with a broken clock costs one event a second, not one a frame.
 */
export class GapLog {
  readonly #open = new Map<string, Gap & { lostMs: number; count: number }>();
  readonly #notices: Notice[] = [];
  #lastMediaMs: number;

  /** @param lastMediaMs of the last gap that was announced before; -1: there was none. */
  /** `outside`: what is left of a gap to be announced. Default: all of it. */
  constructor(
    lastMediaMs = -1,
    private readonly outside: (gap: Gap) => Gap | undefined = (gap) => gap,
    /** Announced by a process before this one. */
    private readonly told: readonly ToldGap[] = [],
  ) {
    this.#lastMediaMs = lastMediaMs;
  }

  note(noted: Gap): void {
    const gap = this.outside(noted);
    if (gap === undefined || this.#isTold(gap)) return;
    const key = `${gap.reason} ${gap.streamName ?? ''}`;
    const known = this.#open.get(key);
    const lostMs = gap.toMs - gap.fromMs;
    if (known === undefined) this.#open.set(key, { ...gap, lostMs, count: 1 });
    else {
      this.#open.set(key, {
        ...known,
        fromMs: Math.min(known.fromMs, gap.fromMs),
        toMs: Math.max(known.toMs, gap.toMs),
        lostMs: known.lostMs + lostMs,
        count: known.count + 1,
      });
    }
  }

  /** By its end: where the media before it begins is another place for a process that hears it again. */
  #isTold({ streamName, reason, toMs }: Gap): boolean {
    return this.told.some(
      (one) => one.streamName === streamName && one.reason === reason && Math.abs(one.toMs - toMs) <= SAME_WITHIN_MS,
    );
  }

  /** A lane says each of its few notices once, so they need no bound here. */
  notice(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** Nothing was noted since the last call of `take`. */
  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#notices.length === 0;
  }

  /** What was noted since the last call. */
  take(): StreamUpdated[] {
    const notices = this.#notices.splice(0).map(({ streamName, atMs, detail }): StreamUpdated => {
      return { kind: 'updated', update: 'notice', mediaMs: Math.round(atMs), scope: streamName, detail };
    });
    return [...notices, ...this.#takeGaps()];
  }

  #takeGaps(): StreamUpdated[] {
    if (this.#open.size === 0) return [];
    const gaps = [...this.#open.values()].sort((a, b) => a.fromMs - b.fromMs);
    this.#open.clear();
    return gaps.map((gap) => {
      // mediaMs is the natural key of the event: never the same twice in a session.
      this.#lastMediaMs = Math.max(Math.round(gap.fromMs), this.#lastMediaMs + 1);
      const detail = {
        reason: gap.reason,
        fromMs: gap.fromMs,
        toMs: gap.toMs,
        lostMs: gap.lostMs,
        count: gap.count,
        ...(gap.streamName === undefined ? {} : { stream: gap.streamName }),
      };
      return { kind: 'updated', update: 'gap', mediaMs: this.#lastMediaMs, detail };
    });
  }
}
