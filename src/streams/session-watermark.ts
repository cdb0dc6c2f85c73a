import type { SessionAlarm } from './session-alarm';
import type { StreamIntake } from './stream-intake';
import { Watermark } from './watermark';

export interface SessionWatermarkParts {
  readonly alarm: Pick<SessionAlarm, 'heardMs' | 'heardMediaMs'>;
  readonly intakes: () => readonly StreamIntake[];
  /** End of everything that came, media ms. */
  readonly mediaEndMs: () => number;
  readonly allowedLatenessMs: number;
  /** So long after its end media may be needed by a window, and is not acknowledged, ms. */
  readonly neededForMs: number;
  /** It is no recording. */
  readonly isLive: boolean;
}

/**
 * The watermark of one session over its streams and its clock. A recording that halts for a second at pace 20 has no silence of
 * 20 s in it, what follows would be late: its clock moves the watermark no further than what came (ADR 0014). With all streams ended it goes on until nothing of them is
 * needed any more, and is acknowledged.
 */
export class SessionWatermark {
  readonly #watermark: Watermark;
  #settledMs: number;

  /** @param fromMs where a session goes on whose process died. */
  constructor(
    private readonly parts: SessionWatermarkParts,
    fromMs: number,
  ) {
    this.#settledMs = fromMs;
    this.#watermark = new Watermark(parts.allowedLatenessMs, fromMs);
  }

  /** Infinity once the session has ended. */
  get valueMs(): number {
    return this.#watermark.valueMs;
  }

  /** When it was last finite. */
  get settledMs(): number {
    return this.#settledMs;
  }

  get followsClock(): boolean {
    return this.#watermark.followsClock;
  }

  /** Returns whether it moved. */
  advance(): boolean {
    const { alarm, intakes } = this.parts;
    if (!this.#watermark.advance(intakes(), alarm.heardMs, this.#clockMs())) return false;
    this.#settledMs = this.#watermark.valueMs;
    return true;
  }

  /** The session has ended, and nothing of it is under way. */
  finish(): void {
    this.#watermark.finish();
  }

  /** Whether time alone brings it to `mediaMs`, which it has not passed. */
  comesByClock(mediaMs: number): boolean {
    if (mediaMs <= this.valueMs || mediaMs > this.#lastMs()) return false;
    return this.followsClock || this.parts.intakes().length === 0;
  }

  /** The session clock as far as something was heard, media ms. */
  #clockMs(): number {
    const { alarm, allowedLatenessMs } = this.parts;
    return Math.min(alarm.heardMediaMs, this.#lastMs() + allowedLatenessMs);
  }

  /** No clock moves it further, media ms. */
  #lastMs(): number {
    const { isLive, intakes, mediaEndMs, neededForMs } = this.parts;
    const streams = intakes();
    if (isLive || streams.length === 0) return Infinity;
    return mediaEndMs() + (streams.every(({ left }) => left) ? neededForMs : 0);
  }
}
