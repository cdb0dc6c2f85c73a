import type { MediaChunk } from '../facts/media-chunk';
import type { Lane, LaneHost, MediaFault } from './lane';
import type { CutShape } from './pause-cut';

/** The way into a lane, over the seams that pauses make: nothing goes on over one, and a container finds its place again. */
export class PauseSeam {
  /** Nothing was delivered since the lane was cut. */
  #isCut = false;
  /** Up to here a container may be looking for a place to go on behind a pause, media ms. */
  #resyncUntilMs = -Infinity;
  /** Something was delivered at all. */
  #begun = false;
  /** The header of a container went with a pause: its sender has to be told. */
  #headerGone = false;

  /** @param resyncMs media ms behind a pause in which a container may look for a place to go on. */
  constructor(
    private readonly lane: Pick<Lane, 'accept' | 'pause'>,
    private readonly host: Pick<LaneHost, 'drop'>,
    private readonly shape: CutShape,
    private readonly resyncMs: number,
  ) {}

  /** Cuts the lane, from `fromMs` or behind all that came. False: it was cut already. */
  cut(fromMs = Infinity): boolean {
    if (this.#isCut && fromMs === Infinity) return false;
    this.#isCut = true;
    this.lane.pause(fromMs);
    return true;
  }

  /** @param length payload bytes as they were sent; those that are paused are not in the chunk any more. */
  accept({ ptsMs, bytes, discontinuity, init }: MediaChunk, length: number): MediaFault | undefined {
    if (bytes.length === 0 && length > 0) {
      this.#headerGone ||= init || !this.#begun;
      return undefined;
    }
    if (bytes.length > 0) {
      if (this.#isCut) this.#resyncUntilMs = ptsMs + this.resyncMs;
      if (init) this.#headerGone = false;
      this.#isCut = false;
      this.#begun = true;
    }
    const fault = this.lane.accept(ptsMs, bytes, discontinuity, init) || undefined;
    if (fault?.code !== 'payload_invalid' || !this.#mayResync(ptsMs)) return fault;
    this.host.drop('paused');
    return undefined;
  }

  /** Behind a pause a container begins in the middle: what no place to go on is found in went with the pause. */
  #mayResync(ptsMs: number): boolean {
    return this.shape === 'container' && !this.#headerGone && ptsMs < this.#resyncUntilMs;
  }
}
