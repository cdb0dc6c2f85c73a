import type { StreamUpdated } from '../facts/stream-fact';
import { ACCEPTED, refuse, tooFarAhead, type MediaVerdict } from './lane';
import type { MediaCut, MediaCuts } from './media-cuts';

/** The pauses of one session (promise 5), and the words of them. Media ms. */
export class SessionPause {
  readonly #cut: MediaCut;
  #reason = '';
  #lastSaidMs = -1;

  constructor(
    private readonly cuts: MediaCuts,
    private readonly say: (fact: StreamUpdated) => void,
  ) {
    this.#cut = cuts.of('paused');
  }

  get paused(): boolean {
    return this.#cut.spans.openFromMs !== undefined;
  }

  /** @param latestMs behind it a time stamp is not believed */
  begin(fromMs: number, reason: string, mediaMs: number, latestMs: number): MediaVerdict {
    if (fromMs > latestMs) return tooFarAhead('session.pause', fromMs);
    if (!this.cuts.begin(this.#cut, fromMs, mediaMs)) return ACCEPTED;
    this.#reason = reason;
    this.#say(fromMs, { paused: true, reason });
    return ACCEPTED;
  }

  end(toMs: number, nowMs: number, latestMs: number): MediaVerdict {
    if (toMs > latestMs) return tooFarAhead('session.unpause', toMs);
    const startMs = this.#cut.spans.openFromMs;
    const ended = this.cuts.end(this.#cut, toMs, nowMs);
    if (ended === 'none') return ACCEPTED;
    if (ended === 'too_early') {
      return refuse('invalid_message', `session.unpause at ${toMs} ms lies before the pause at ${startMs} ms.`);
    }
    this.#say(toMs, { paused: false, reason: this.#reason, fromMs: Math.round(ended.startMs) });
    return ACCEPTED;
  }

  /** Chat without a time that can be believed came when it was written. */
  dropsChat(ptsMs: number | undefined, mediaMs: number, latestMs: number): boolean {
    const { spans } = this.#cut;
    const stamped = ptsMs !== undefined && ptsMs <= latestMs;
    return stamped ? spans.covers(ptsMs) : this.paused || spans.covers(mediaMs);
  }

  /** The media time is a part of the event's key: no two share a millisecond. Another process must know the very moment. */
  #say(atMs: number, detail: StreamUpdated['detail']): void {
    this.#lastSaidMs = Math.max(Math.round(atMs), this.#lastSaidMs + 1);
    const exact: StreamUpdated['detail'] = atMs === this.#lastSaidMs ? {} : { ptsMs: atMs };
    this.say({ kind: 'updated', update: 'pause', mediaMs: this.#lastSaidMs, detail: { ...detail, ...exact } });
  }
}
