import { DeadlineTimer } from './deadline-timer';
import type { Deadlines } from './deadlines';
import type { Line } from './line';
import type { SessionClock } from './session-clock';
import type { SessionTime } from './session-time';
import type { StreamIntake } from './stream-intake';

/**
 * Wakes a session when nothing comes, and says up to when it has heard. Silence is judged up to there and no further:
 * media may wait in the socket while we are busy with something else, or at the client while the network is down. Where
 * there is a line, its client is asked (RFC 6455, 5.5.2: pings and pongs keep the order of what is sent), and what it
 * answered holds. Wall ms unless they say media.
 */
export class SessionAlarm {
  #heardMs: number;
  #line: Line | undefined;
  /** What was asked and not answered: when. */
  #asked: { readonly atMs: number } | undefined;
  /** Nobody has to be asked: the clock alone says what was heard. */
  #byClock = true;
  /** Nothing has come that anybody would wait for: the client is asked later. */
  #rests = false;
  #restedUntilMs = -Infinity;
  #attachedAtMs = -Infinity;
  readonly #timer: DeadlineTimer;

  constructor(
    private readonly clock: SessionClock,
    deadlines: Deadlines,
    private readonly time: SessionTime,
    private readonly wake: () => void,
  ) {
    this.#heardMs = time.startedAtMs;
    this.#timer = new DeadlineTimer(deadlines, (heardMs) => {
      if (this.#byClock) this.#heardMs = Math.max(this.#heardMs, heardMs);
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

  get rests(): boolean {
    return this.#rests;
  }

  /** Up to then nobody was asked, for nothing had come. */
  get restedUntilMs(): number {
    return this.#rests ? this.clock.nowMs() : this.#restedUntilMs;
  }

  /** Media ms; -Infinity: nobody was ever there who can be asked. */
  get attachedMs(): number {
    return this.time.mediaMs(this.#attachedAtMs);
  }

  /** The client is there: it has just said something. Wakes nobody. */
  endRest(): void {
    if (!this.#rests) return;
    this.#restedUntilMs = this.#heardMs = this.clock.nowMs();
    this.#rests = false;
  }

  /** A connection that can be asked; undefined: none, or one that cannot. */
  attach(line: Line | undefined): void {
    this.#line = line;
    this.#asked = undefined;
    if (line !== undefined) this.#attachedAtMs = this.clock.nowMs();
  }

  /**
   * For the first deadline of a stream, or when the session clock reaches `dueMediaMs`.
   * @param restMediaMs a client that can be asked is asked at this time and not before; absent: when a stream is silent.
   */
  arm(intakes: readonly StreamIntake[], dueMediaMs = Infinity, restMediaMs?: number): void {
    const nowMs = this.clock.nowMs();
    this.#restedUntilMs = this.restedUntilMs;
    let lanesAtMs = Infinity;
    let silenceAtMs = dueMediaMs === Infinity ? Infinity : this.time.wallMs(dueMediaMs);
    let areWaitedFor = false;
    for (const intake of intakes) {
      lanesAtMs = Math.min(lanesAtMs, intake.lane.deadlineMs);
      silenceAtMs = Math.min(silenceAtMs, intake.silentAtMs(this.#heardMs));
      areWaitedFor ||= !intake.left;
    }
    this.#byClock = this.#line === undefined || !areWaitedFor;
    this.#rests = !this.#byClock && restMediaMs !== undefined;
    if (this.#rests) {
      silenceAtMs = this.time.wallMs(restMediaMs!);
      this.#timer.cancel();
    }
    if (!this.#byClock && silenceAtMs <= nowMs) {
      this.#ask();
      this.#rests = false;
      silenceAtMs = Infinity; // the answer wakes
    }
    this.#timer.arm(Math.min(lanesAtMs, silenceAtMs));
  }

  cancel(): void {
    this.attach(undefined);
    this.#timer.cancel();
  }

  #ask(): void {
    if (this.#asked !== undefined) return;
    const asked = { atMs: this.clock.nowMs() };
    this.#asked = asked;
    this.#line?.ask(() => {
      if (this.#asked !== asked) return;
      this.#asked = undefined;
      this.#heardMs = Math.max(this.#heardMs, asked.atMs);
      this.wake();
    });
  }
}
