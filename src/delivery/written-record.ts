import type { DurableRecord } from './session-result';

/** A record of this process, with its event as JSON: that was made once, for the log, and is what sockets get. */
export class WrittenRecord implements DurableRecord {
  readonly #eventJson: string;

  constructor(
    readonly seq: number,
    readonly topic: string,
    readonly event: DurableRecord['event'],
    eventJson: string,
  ) {
    this.#eventJson = eventJson;
  }

  get eventJson(): string {
    return this.#eventJson;
  }
}
