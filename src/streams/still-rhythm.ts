/** How far apart the stills of one stream come, media ms. */
export class StillRhythm {
  #lastMs: number | undefined;
  #before = 0;
  #latest = 0;

  /** @param maxMs a still stands for no longer. */
  constructor(private readonly maxMs: number) {}

  /** In order of arrival; one from before the last says nothing. */
  came(ptsMs: number): void {
    if (this.#lastMs !== undefined && ptsMs <= this.#lastMs) return;
    if (this.#lastMs !== undefined) [this.#before, this.#latest] = [this.#latest, ptsMs - this.#lastMs];
    this.#lastMs = ptsMs;
  }

  /** From the last one to the next, if that is no sooner than it was: the shorter of the last two distances, so that a lost still does not count. */
  get distanceMs(): number {
    return Math.min(this.#before, this.#latest, this.maxMs);
  }
}
