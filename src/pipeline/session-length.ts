import type { StreamsEnded } from '../facts/stream-fact';

type OfStreams = Pick<StreamsEnded, 'durationMs' | 'dropped'>;

/** How long a session was and what it dropped, as it says at its end: the most that any source knows. */
export class SessionLength {
  #durationMs: number;
  #dropped: Readonly<Record<string, number>> = {};

  /** @param beforeMs of a session that goes on after its process: streams know only what came since. */
  constructor(private readonly beforeMs = 0) {
    this.#durationMs = beforeMs;
  }

  get durationMs(): number {
    return this.#durationMs;
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.#dropped;
  }

  /** Known should the end come without the streams' own figure. */
  atLeast(windowEndMs: number): void {
    this.#durationMs = Math.max(this.#durationMs, windowEndMs);
  }

  /** The streams' own word when they end: it holds, whatever was assessed. */
  ended({ durationMs, dropped }: OfStreams): void {
    this.#durationMs = Math.max(this.beforeMs, durationMs);
    this.#dropped = { ...dropped };
  }

  /** Their word before they end. */
  soFar({ durationMs, dropped }: OfStreams): void {
    this.atLeast(durationMs);
    this.#dropped = { ...dropped };
  }
}
