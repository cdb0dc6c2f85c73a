/** Where a frame of a stream begins. */
export interface FrameMark {
  readonly seq: number;
  readonly byteOffset: number;
  /** Media ms of its first content, as it was placed. */
  readonly startMs: number;
}

/**
 * The frames of one stream that may still be needed, in order of arrival. Bounded: of too many every other one goes, and
 * with it nothing but precision, since the frame before it is then asked for too.
 */
export class FrameMarks {
  #marks: FrameMark[] = [];

  constructor(private readonly maxMarks: number) {}

  add(mark: FrameMark): void {
    if (this.#marks.length >= this.maxMarks) this.#marks = this.#marks.filter((_, i) => i % 2 === 0);
    this.#marks.push(mark);
  }

  /** Where the stream stood before its first frame; nothing where there is one. */
  begin(mark: FrameMark): void {
    if (this.#marks.length === 0) this.#marks.push(mark);
  }

  /** The first frame that holds anything at or behind `needMs`; those before it are forgotten. Undefined: there was none. */
  neededFrom(needMs: number): FrameMark | undefined {
    let gone = 0;
    // a frame ends where the next begins; one that steps back in time waits for those before it
    while (gone + 1 < this.#marks.length && this.#marks[gone + 1]!.startMs <= needMs) gone += 1;
    if (gone > 0) this.#marks.splice(0, gone);
    return this.#marks[0];
  }

  clear(): void {
    this.#marks = [];
  }
}
