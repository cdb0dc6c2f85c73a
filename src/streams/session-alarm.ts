import { DeadlineTimer } from './deadline-timer';
import type { SessionClock } from './session-clock';
import type { SessionTime } from './session-time';
import type { StreamIntake } from './stream-intake';

/** Wakes a session when nothing comes, and says up to when it has heard. Wall ms unless they say media. */
export class SessionAlarm {
  /**
   * Up to when all that arrived has been read, as the clock said when it last called. Silence is judged up to here and no
   * further: while we are busy with something else, media may wait in the socket.
   */
  #heardMs: number;
  readonly #timer: DeadlineTimer;

  constructor(
    clock: SessionClock,
    private readonly time: SessionTime,
    wake: () => void,
  ) {
    this.#heardMs = time.startedAtMs;
    this.#timer = new DeadlineTimer(clock, (heardMs) => {
      this.#heardMs = heardMs;
      wake();
    });
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  /** The same on the session clock, media ms. */
  get heardMediaMs(): number {
    return this.time.mediaMs(this.#heardMs);
  }

  /** For the first deadline of a stream, or when the session clock reaches `dueMediaMs`. */
  arm(intakes: readonly StreamIntake[], dueMediaMs = Infinity): void {
    let deadlineMs = dueMediaMs === Infinity ? Infinity : this.time.wallMs(dueMediaMs);
    for (const intake of intakes) deadlineMs = Math.min(deadlineMs, intake.deadlineMs(this.#heardMs));
    this.#timer.arm(deadlineMs);
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
