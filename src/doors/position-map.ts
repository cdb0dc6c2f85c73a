/** Media behind the session's clock by more than this is set beside it, ms; nearer, the stream's own time holds. */
export const BEHIND_MS = 500;
/** Media this far ahead of it is no stream that is sent a little faster than it plays, ms. */
export const AHEAD_MS = 60_000;
/** Turns of the map that are remembered: events of long ago are of no use to anyone. */
const MAX_TURNS = 64;

interface Turn {
  /** From this session time on, which is this position ... */
  readonly fromMs: number;
  readonly positionMs: number;
  /** ... session time is position plus this. */
  readonly shiftMs: number;
}

/**
 * Positions in the client's stream against the time of our session, both ms. They differ by a shift that turns where the
 * client stopped its stream for a while without counting it, or begins it elsewhere than at zero.
 */
export class PositionMap {
  private readonly turns: Turn[] = [];

  /** @param positionMs what the session's time `sessionMs` is in the stream. */
  constructor(positionMs: number, sessionMs: number) {
    this.turns.push({ fromMs: -Infinity, positionMs, shiftMs: sessionMs - positionMs });
  }

  get shiftMs(): number {
    return this.turns.at(-1)!.shiftMs;
  }

  sessionMs(positionMs: number): number {
    return Math.max(0, positionMs + this.shiftMs);
  }

  /** Of a session time, also of one before the last turn; while the stream stood still, where it stood. */
  positionMs(sessionMs: number): number {
    const behind = this.turns.findIndex(({ fromMs }) => fromMs > sessionMs);
    const last = behind < 0 ? this.turns.length : behind;
    const next = this.turns[last]?.positionMs ?? Infinity;
    return Math.max(0, Math.min(next, sessionMs - this.turns[last - 1]!.shiftMs));
  }

  /** The stream goes on at a position, now. True: what comes lies elsewhere than the stream's own time says. */
  goesOn(positionMs: number, nowMs: number): boolean {
    const aheadMs = positionMs + this.shiftMs - nowMs;
    if (aheadMs >= -BEHIND_MS && aheadMs <= AHEAD_MS) return false;
    this.turns.push({ fromMs: nowMs, positionMs, shiftMs: nowMs - positionMs });
    if (this.turns.length > MAX_TURNS) this.turns.splice(1, 1);
    return true;
  }
}
