/** What the watermark looks at in a stream. */
export interface WatermarkSource {
  /** How far the stream has come, ms. */
  readonly mediaMs: number;
  /** What came last lasts until then, ms: where others are further, nothing before is waited for. `mediaMs` or more. */
  readonly lastsUntilMs: number;
  /** Ended, and nothing of it under way. */
  readonly left: boolean;
  /** @param heardMs time up to which everything that arrived has been read; wall ms. */
  isIdle(heardMs: number): boolean;
}

/** Rule 1: a stream that we slow down, or that we have not caught up with, is not idle. */
export function isIdle(state: {
  readonly heardMs: number;
  /** Last arrival, or the credit that ended a wait, plus the idle limit. */
  readonly idleAtMs: number;
  readonly holdsCredit: boolean;
  readonly pending: boolean;
}): boolean {
  return state.heardMs >= state.idleAtMs && state.holdsCredit && !state.pending;
}

/**
 * How far media time is settled, ms: the slowest active stream less the lateness; with none active, the session clock
 * less the lateness. A still lasts until the next is due, so that nobody waits for a camera that sends two a second (ADR 0018).
 * Monotone: a stream that starts late or comes back cannot lower it.
 */
export class Watermark {
  #valueMs: number;
  #followsClock = false;

  /** @param fromMs where a session goes on whose process died. */
  constructor(
    private readonly allowedLatenessMs: number,
    fromMs = 0,
  ) {
    this.#valueMs = fromMs;
  }

  get valueMs(): number {
    return this.#valueMs;
  }

  /** No stream was active at the last look: only time moves it. */
  get followsClock(): boolean {
    return this.#followsClock;
  }

  /** @param sessionMs session clock at `heardMs` in media time. Returns whether it moved. */
  advance(sources: readonly WatermarkSource[], heardMs: number, sessionMs: number): boolean {
    let slowestMs = Infinity;
    let furthestMs = -Infinity;
    for (const source of sources) {
      if (source.left || source.isIdle(heardMs)) continue;
      slowestMs = Math.min(slowestMs, source.lastsUntilMs);
      furthestMs = Math.max(furthestMs, source.mediaMs);
    }
    this.#followsClock = slowestMs === Infinity;
    // how long something lasts is a guess, how far the furthest has come is not
    const reachedMs = this.#followsClock ? sessionMs : Math.min(slowestMs, furthestMs);
    return this.#raise(reachedMs - this.allowedLatenessMs);
  }

  /** The end of the session. */
  finish(): void {
    this.#raise(Infinity);
  }

  #raise(ms: number): boolean {
    if (!(ms > this.#valueMs)) return false;
    this.#valueMs = ms;
    return true;
  }
}
