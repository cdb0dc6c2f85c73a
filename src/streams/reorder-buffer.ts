/** Where a seq stands: the next one, already seen, to be held for those before it, or too far ahead to hold. */
export type SeqPlace = 'next' | 'behind' | 'ahead' | 'beyond';

/** Brings items back into the order of their seq. Holds at most `maxHeld` behind a hole. */
export class ReorderBuffer<T> {
  readonly #held = new Map<number, T>();
  #nextSeq: number;

  constructor(
    private readonly maxHeld: number,
    nextSeq = 0,
  ) {
    this.#nextSeq = nextSeq;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  place(seq: number): SeqPlace {
    if (seq === this.#nextSeq) return 'next';
    if (seq < this.#nextSeq || this.#held.has(seq)) return 'behind';
    return seq - this.#nextSeq <= this.maxHeld ? 'ahead' : 'beyond';
  }

  /** The item of `nextSeq` was used without being held. */
  advance(): void {
    this.#nextSeq += 1;
  }

  /** Only for a seq whose place is `ahead`. */
  hold(seq: number, item: T): void {
    this.#held.set(seq, item);
  }

  /** Puts another item in the place of each one held. */
  revise(another: (item: T) => T): void {
    for (const [seq, item] of this.#held) this.#held.set(seq, another(item));
  }

  /** The item of `nextSeq`, if held. */
  takeNext(): T | undefined {
    const item = this.#held.get(this.#nextSeq);
    if (item === undefined) return undefined;
    this.#held.delete(this.#nextSeq);
    this.#nextSeq += 1;
    return item;
  }

  /** Gives up the hole: the first held item is the next. Returns how many seqs are missing. */
  skipHole(): number {
    if (this.#held.size === 0) return 0;
    const first = Math.min(...this.#held.keys());
    const missing = first - this.#nextSeq;
    this.#nextSeq = first;
    return missing;
  }

  /** Nothing below `seq` is to come any more. Returns how many held items go with it. */
  skipTo(seq: number): number {
    let gone = 0;
    for (const held of this.#held.keys()) if (held < seq && this.#held.delete(held)) gone += 1;
    this.#nextSeq = seq;
    return gone;
  }

  /** What is held will be sent again with what is missing before it. Returns how many items went. */
  forgetHeld(): number {
    const count = this.#held.size;
    this.#held.clear();
    return count;
  }
}
