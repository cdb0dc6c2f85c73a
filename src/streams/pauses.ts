import type { TimeSpan } from '../facts/stream-fact';

/** Pauses that are over and kept apart; of more, the two oldest are taken for one, with what lies between them. */
const MAX_PAST = 64;

/**
 * When a session is paused, in media ms. Pure. The same call twice changes nothing, however often a client sends it again:
 * a pause that lies in one that is over is that one.
 */
export class Pauses {
  #past: TimeSpan[] = [];
  #fromMs: number | undefined;

  /** There never was one. */
  get none(): boolean {
    return this.#past.length === 0 && this.#fromMs === undefined;
  }

  /** Since when the pause lasts that is not over; undefined: none is. */
  get openFromMs(): number | undefined {
    return this.#fromMs;
  }

  /** False: it changes nothing. */
  begin(fromMs: number): boolean {
    if (this.#fromMs !== undefined && fromMs >= this.#fromMs) return false;
    // One that ended where it began is none: what begins there now is another, and must not be taken for it.
    if (this.#past.some(({ startMs, endMs }) => fromMs >= startMs && fromMs < endMs)) return false;
    this.#fromMs = fromMs;
    return true;
  }

  /** `none`: nothing is paused, or it is the end of an earlier pause. `too_early`: it lies before the pause. */
  end(toMs: number): TimeSpan | 'none' | 'too_early' {
    const startMs = this.#fromMs;
    if (startMs === undefined) return 'none';
    // Also at its very beginning: said again, the end of the pause before must not end this one.
    if (toMs <= startMs && this.#past.some((past) => past.endMs === toMs && past.startMs < toMs)) return 'none';
    if (toMs < startMs) return 'too_early';
    const span = { startMs, endMs: toMs };
    this.#fromMs = undefined;
    this.#past.push(span);
    if (this.#past.length > MAX_PAST) {
      const [first, second, ...rest] = this.#past;
      const startMs = Math.min(first!.startMs, second!.startMs);
      this.#past = [{ startMs, endMs: Math.max(first!.endMs, second!.endMs) }, ...rest];
    }
    return span;
  }

  covers(ms: number): boolean {
    return this.#all().some(({ startMs, endMs }) => ms >= startMs && ms < endMs);
  }

  /** Start of the pause that covers the moment before `ms`; undefined: none does. */
  sinceMs(ms: number): number | undefined {
    return this.#all().find(({ startMs, endMs }) => startMs < ms && endMs >= ms)?.startMs;
  }

  /** The paused parts of [startMs, endMs), in order. */
  within(startMs: number, endMs: number): TimeSpan[] {
    return this.#all()
      .map((span) => ({ startMs: Math.max(startMs, span.startMs), endMs: Math.min(endMs, span.endMs) }))
      .filter((span) => span.endMs > span.startMs)
      .sort((a, b) => a.startMs - b.startMs);
  }

  /** The first stretch of [startMs, endMs) that is not paused; undefined when all of it is. */
  firstOutside(startMs: number, endMs: number): TimeSpan | undefined {
    let fromMs = startMs;
    for (const span of this.within(startMs, endMs)) {
      if (span.startMs > fromMs) return { startMs: fromMs, endMs: span.startMs };
      fromMs = Math.max(fromMs, span.endMs);
    }
    return fromMs < endMs ? { startMs: fromMs, endMs } : undefined;
  }

  #all(): readonly TimeSpan[] {
    return this.#fromMs === undefined ? this.#past : [...this.#past, { startMs: this.#fromMs, endMs: Infinity }];
  }
}
