import type { StreamUpdated } from '../facts/stream-fact';

export type GapReason =
  'missing' | 'discontinuity' | 'late' | 'hop_passed' | 'lost_frames' | 'voice_activity_failed' | 'no_media';

export interface Gap {
  /** Absent: of the whole session. */
  readonly streamName?: string;
  readonly reason: GapReason;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Gaps on their way to being announced. They become durable events, so those of one stream and reason are merged
 * until the next hop: a sender with a broken clock costs one event a second, not one a frame.
 */
export class GapLog {
  readonly #open = new Map<string, Gap & { lostMs: number; count: number }>();
  #lastMediaMs = -1;

  note(gap: Gap): void {
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

  /** What was noted since the last call. */
  take(): StreamUpdated[] {
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
