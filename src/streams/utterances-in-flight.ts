import type { SettledFact, UtteranceClosed } from '../facts/stream-fact';

/** Utterances handed out and not settled: with too many of them the lanes keep the next ones, then credit ends. */
export class UtterancesInFlight {
  readonly #open = new Set<UtteranceClosed>();

  constructor(private readonly max: number) {}

  get hasRoom(): boolean {
    return this.#open.size < this.max;
  }

  add(fact: UtteranceClosed): void {
    this.#open.add(fact);
  }

  /** Whether it was one of them. */
  settle(fact: SettledFact): boolean {
    return fact.kind === 'utterance' && this.#open.delete(fact);
  }

  clear(): void {
    this.#open.clear();
  }
}
