/**
 * When a fact has gone through a stage that takes one thing after another: all that came of it was handed to that stage
 * before, so it is through when the stage has finished as many things as it had been handed then.
 */
export class WorkedOff<T> {
  private handed = 0;
  private finished = 0;
  private readonly waiting: { readonly upTo: number; readonly fact: T }[] = [];

  constructor(private readonly onDone: (fact: T) => void) {}

  /** One thing went into the stage. */
  handOver(): void {
    this.handed += 1;
  }

  /** The stage is through with the next one. */
  finish(): void {
    this.finished += 1;
    while (this.waiting.length > 0 && this.waiting[0]!.upTo <= this.finished) this.onDone(this.waiting.shift()!.fact);
  }

  /** Nothing more comes of a fact. */
  settle(fact: T): void {
    if (this.finished >= this.handed) this.onDone(fact);
    else this.waiting.push({ upTo: this.handed, fact });
  }
}
