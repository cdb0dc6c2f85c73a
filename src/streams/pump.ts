export interface PumpWork {
  /** Moves everything as far as it goes. */
  turn(): void;
  /** After the last turn. */
  rest(): void;
  /** There is nothing to turn any more. */
  isOver(): boolean;
  /** Puts a task off to when what comes together can be worked on together. */
  soon(task: () => void): void;
}

/** Turns until nothing asks for another turn; whoever is called inside a turn may ask. */
export class Pump {
  #turning = false;
  #again = false;
  #due = false;

  constructor(private readonly work: PumpWork) {}

  run(): void {
    this.#again = true;
    if (this.#turning) return;
    this.#turning = true;
    try {
      while (this.#again && !this.work.isOver()) {
        this.#again = false;
        this.work.turn();
      }
    } finally {
      this.#turning = false;
    }
    if (!this.work.isOver()) this.work.rest();
  }

  runSoon(): void {
    if (this.#due) return;
    this.#due = true;
    this.work.soon(() => {
      this.#due = false;
      this.run();
    });
  }
}
