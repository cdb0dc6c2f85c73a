/** Nonces of signatures that were taken, each for as long as its signature could be shown again. */
export class Nonces {
  /** Until when, ms; in the order of their coming, which is about that of their going. */
  private readonly until = new Map<string, number>();

  /** @param maxNonces a further one is refused: to forget one would let it be shown again. */
  constructor(private readonly maxNonces: number) {}

  /** `replayed`: it came before. `full`: too many signatures at once. */
  take(keyId: string, nonce: string, expiresAtMs: number, nowMs: number): 'taken' | 'replayed' | 'full' {
    for (const [known, expiry] of this.until) {
      if (expiry > nowMs) break;
      this.until.delete(known);
    }
    const name = `${keyId} ${nonce}`;
    if ((this.until.get(name) ?? 0) > nowMs) return 'replayed';
    if (this.until.size >= this.maxNonces) return 'full';
    this.until.delete(name);
    this.until.set(name, expiresAtMs);
    return 'taken';
  }
}
