/**
 * How much of its lead a sender may lose to the anchor, as a share of the media that comes: a first piece that was held
 * back is forgotten within a minute, a drifting clock (0.2 %) is followed, and who sends faster than 1.05 times real time is ahead.
 */
const FOLLOWED_SHARE = 0.05;

/**
 * When a stretch of media is due on the wall clock: when it would have ended had it been live, or when it came, whichever
 * is later. Lateness and deadlines count from here, so that one rule serves all: who sends faster than real time, declared
 * or not, is ahead of its due times and nobody waits for it; what the network held back is due when it came. Pure.
 */
export class LiveDue {
  /** Wall time of media 0. */
  #startMs: number | undefined;
  #furthestMs = 0;

  /** @param mediaMs end of the media. @param cameAtMs wall ms at which it was whole. */
  dueAtMs(mediaMs: number, cameAtMs: number): number {
    const startMs = cameAtMs - mediaMs;
    const freshMs = Math.max(0, mediaMs - this.#furthestMs);
    this.#furthestMs = Math.max(this.#furthestMs, mediaMs);
    if (this.#startMs === undefined) this.#startMs = startMs;
    else if (startMs < this.#startMs) this.#startMs = Math.max(startMs, this.#startMs - FOLLOWED_SHARE * freshMs);
    return Math.max(cameAtMs, this.#startMs + mediaMs);
  }
}
