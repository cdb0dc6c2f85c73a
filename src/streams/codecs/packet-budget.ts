/** Shortest packets of Opus (2.5 ms) in a second of media. */
const PACKETS_PER_SECOND = 400;
/** What a payload may bring at once: 10 s of the shortest packets. */
const BURST = 10 * PACKETS_PER_SECOND;

/** How many packets a stream may bring in media time, so that a flood of tiny ones costs no more than a fast stream. */
export class PacketBudget {
  #left = BURST;
  #atMs: number | undefined;

  /** @param ptsMs media time of the payload */
  refill(ptsMs: number): void {
    const passedMs = Math.max(0, ptsMs - (this.#atMs ?? ptsMs));
    this.#left = Math.min(BURST, this.#left + (passedMs * PACKETS_PER_SECOND) / 1000);
    this.#atMs = Math.max(ptsMs, this.#atMs ?? ptsMs);
  }

  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
