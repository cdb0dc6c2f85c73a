import type { UtteranceOpen } from '../facts/stream-fact';
import type { PartialSink } from './lane';

/** Open utterances handed out and not settled: one of each stream, so that a slow listener gets fewer of them. */
export class PartialsInFlight implements PartialSink {
  readonly #byStream = new Map<string, UtteranceOpen>();

  constructor(private readonly emit: (fact: UtteranceOpen) => void) {}

  roomForPartial(streamName: string): boolean {
    return !this.#byStream.has(streamName);
  }

  partial(fact: UtteranceOpen): void {
    this.#byStream.set(fact.streamName, fact);
    this.emit(fact);
  }

  settle(fact: UtteranceOpen): void {
    if (this.#byStream.get(fact.streamName) === fact) this.#byStream.delete(fact.streamName);
  }
}
