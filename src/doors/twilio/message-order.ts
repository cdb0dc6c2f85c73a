import { ReorderBuffer } from '../../streams/reorder-buffer';

/** Held for one that is missing before them; more, and it is given up: 320 ms of one track, 160 of both. */
const MAX_HELD = 16;

export interface OrderedEvents<T> {
  /** `missing`: one before it never came. */
  readonly next: (message: T, missing: boolean) => void;
  /** It was there before, or its place has been given up. */
  readonly again: () => void;
}

/** Messages in the order of their numbers, whatever that of their arrival. Pure. */
export class MessageOrder<T> {
  private readonly order: ReorderBuffer<T>;

  /** @param first number of the first message */
  constructor(
    first: number,
    private readonly events: OrderedEvents<T>,
    maxHeld: number = MAX_HELD,
  ) {
    this.order = new ReorderBuffer(maxHeld, first);
  }

  arrived(seq: number, message: T): void {
    let place = this.order.place(seq);
    if (place === 'behind') return this.events.again();
    let missing = false;
    while (place === 'beyond') {
      missing = this.order.heldCount === 0;
      if (missing) this.order.skipTo(seq);
      else this.release();
      place = this.order.place(seq);
    }
    if (place === 'ahead') return this.order.hold(seq, message);
    this.order.advance();
    this.events.next(message, missing);
    this.drain();
  }

  /** Nothing more comes: what is held is given out, over the holes. */
  flush(): void {
    while (this.order.heldCount > 0) this.release();
  }

  /** Over one hole. */
  private release(): void {
    this.order.skipHole();
    this.events.next(this.order.takeNext()!, true);
    this.drain();
  }

  private drain(): void {
    for (;;) {
      const held = this.order.takeNext();
      if (held === undefined) return;
      this.events.next(held, false);
    }
  }
}
