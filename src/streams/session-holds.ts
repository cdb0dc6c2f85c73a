import type { HoldWord } from '../facts/hold-word';
import { type OnHold, putOnHold, takeOffHold } from '../facts/on-hold';
import type { MediaCuts } from './media-cuts';

/**
 * Who is on hold in one session. Meanwhile its streams may carry the music, each of them: what the customer's exchange
 * plays comes in on the customer's, what ours plays on the agent's. So nothing of it is heard, as in a pause; but a hold
 * that names a stream is of that stream alone, and the others of a conference go on.
 */
export class SessionHolds {
  #onHold: readonly OnHold[] = [];

  constructor(private readonly cuts: MediaCuts) {}

  /** @param mediaMs session clock, at least as far as media was settled. */
  hear({ begins, who, atMs }: HoldWord, nowMs: number, mediaMs: number): void {
    const before = this.#onHold;
    this.#onHold = begins ? putOnHold(before, who) : takeOffHold(before, who);
    if (begins) {
      const cut = this.cuts.of('on_hold', who.streamId);
      // said behind the end of somebody else's hold, and from before it: the rest of it is this one's
      this.cuts.begin(cut, cut.spans.firstOutside(atMs, Infinity)?.startMs ?? atMs, mediaMs);
    }
    const scopes = new Set(before.map(({ streamId }) => streamId));
    for (const streamId of scopes) {
      if (this.#onHold.some((one) => one.streamId === streamId)) continue;
      const cut = this.cuts.of('on_hold', streamId);
      // one that is said to end before it began has no length
      this.cuts.end(cut, Math.max(atMs, cut.spans.openFromMs ?? atMs), nowMs);
    }
  }
}
