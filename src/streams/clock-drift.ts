/** No two clocks of devices are further apart than this (0.2 %; crystals have 0.01 %, bad converters 0.1 %). */
const MAX_DRIFT = 0.002;
/** Media of so long is looked at together, ms: its least delayed frame shows the clock, the others the network. */
const BLOCK_MS = 10_000;
/** What is off by more than drift can be since the last block, ms, is a jump: the network, a pause, a step of time stamps. */
const MAX_JITTER_MS = 500;

/**
 * How far the media clock of one stream has run away from the session clock since its beginning, ms; positive when it is
 * fast. Only what creeps counts: jumps move the line that it is measured from.
 */
export class ClockDrift {
  #driftMs = 0;
  #lineMs: number | undefined;
  #block: { fromMs: number; leadMs: number } | undefined;
  #updatedMs = 0;

  get driftMs(): number {
    return this.#driftMs;
  }

  /** A frame stamped `ptsMs` came when the session clock stood at `sessionMs`. */
  heard(ptsMs: number, sessionMs: number): void {
    const leadMs = ptsMs - sessionMs;
    const block = this.#block;
    if (block !== undefined && sessionMs - block.fromMs < BLOCK_MS) {
      block.leadMs = Math.max(block.leadMs, leadMs);
      return;
    }
    if (block !== undefined) this.#learn(block.leadMs, sessionMs);
    this.#block = { fromMs: sessionMs, leadMs };
  }

  #learn(leadMs: number, sessionMs: number): void {
    const creepMs = MAX_DRIFT * (sessionMs - this.#updatedMs);
    const offMs = leadMs - ((this.#lineMs ?? leadMs) + this.#driftMs);
    this.#updatedMs = sessionMs;
    if (this.#lineMs === undefined || Math.abs(offMs) > creepMs + MAX_JITTER_MS) this.#lineMs = leadMs - this.#driftMs;
    else this.#driftMs += Math.min(creepMs, Math.max(-creepMs, offMs));
  }
}
