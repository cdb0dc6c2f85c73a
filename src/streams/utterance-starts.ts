/** Starts remembered to keep ids unique; a stream may step back in time. */
const MAX_STARTS = 64;

/** Start times of the utterances of one stream, which their ids are made of: no two are the same. */
export class UtteranceStarts {
  readonly #given = new Set<number>();
  /** The last utterance asked for: open ones are named before they are closed. */
  #last: { ordinal: number; startMs: number } | undefined;

  /** Media ms of the utterance that starts at `ordinal`, the same whenever it is asked for until the next. */
  of(ordinal: number, mediaMs: number): number {
    if (this.#last?.ordinal === ordinal) return this.#last.startMs;
    let startMs = Math.round(mediaMs);
    while (this.#given.has(startMs)) startMs += 1;
    this.#given.add(startMs);
    if (this.#given.size > MAX_STARTS) this.#given.delete(this.#given.values().next().value!);
    this.#last = { ordinal, startMs };
    return startMs;
  }
}
