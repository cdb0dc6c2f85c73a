import type { CallTranscript } from './call-line';

/** Events that wait because the client asked us to send less (its `error` 429 with `retryAfter`). */
export class HeldEvents {
  private events: CallTranscript[] | undefined;
  private cancel: () => void = () => {};

  constructor(
    private readonly bounds: { readonly maxHeldEvents: number; readonly maxHoldMs: number },
    private readonly clock: { later(ms: number, task: () => void): () => void },
    private readonly send: (event: CallTranscript) => void,
  ) {}

  /** From now on for so long; a wish that comes later stands for the one before. */
  hold(ms: number): void {
    this.cancel();
    this.events ??= [];
    this.cancel = this.clock.later(Math.min(ms, this.bounds.maxHoldMs), () => this.release());
  }

  /** False: nothing is held. */
  takes(event: CallTranscript): boolean {
    if (this.events === undefined) return false;
    this.events.push(event);
    if (this.events.length > this.bounds.maxHeldEvents) this.events.shift();
    return true;
  }

  release(): void {
    const events = this.drop();
    for (const event of events) this.send(event);
  }

  /** Returns what was held. */
  drop(): readonly CallTranscript[] {
    const { events = [] } = this;
    this.cancel();
    this.events = undefined;
    return events;
  }
}
