/** At most so many restarts in any stretch of wall time. */
export class RestartBudget {
  #takenAtMs: number[] = [];

  constructor(
    private readonly max: number,
    private readonly windowMs: number,
  ) {}

  /** False when it is used up. */
  take(nowMs: number): boolean {
    this.#takenAtMs = this.#takenAtMs.filter((atMs) => atMs > nowMs - this.windowMs);
    if (this.#takenAtMs.length >= this.max) return false;
    this.#takenAtMs.push(nowMs);
    return true;
  }
}
