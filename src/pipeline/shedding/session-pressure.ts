import { LiveDue } from '../../facts/live-due';
import type { SettledFact, StreamFact } from '../../facts/stream-fact';
import type { ShedController } from './shed-controller';

/** Media that is due so long after it came was sent faster than real time: nobody waits for it, ms. */
const AHEAD_MS = 1000;

/**
 * How late the windows and transcripts of one session are, told to the controller: when they are done, and at each second
 * for the oldest that is not. A sender that is ahead of real time is no pressure: credit slows it.
 */
export class SessionPressure {
  private readonly live = new LiveDue();
  /** When each hop with the stages was due, by its end; as many as may be in flight. */
  private readonly hops = new Map<number, number>();
  private readonly utterances = new Map<StreamFact, number>();

  constructor(
    private readonly controller: Pick<ShedController, 'assessmentStood' | 'finalStood'>,
    private readonly nowMs: () => number,
  ) {}

  arrived(fact: StreamFact): void {
    const nowMs = this.nowMs();
    if (fact.kind === 'hop') {
      const dueAtMs = this.live.dueAtMs(fact.hopEndMs, fact.releasedAtMs);
      if (dueAtMs - fact.releasedAtMs >= AHEAD_MS) return;
      const [oldestMs] = this.hops.values();
      if (oldestMs !== undefined) this.controller.assessmentStood(nowMs, Math.max(0, nowMs - oldestMs));
      const [openMs] = this.utterances.values();
      if (openMs !== undefined) this.controller.finalStood(nowMs, Math.max(0, nowMs - openMs));
      this.hops.set(fact.hopEndMs, dueAtMs);
    } else if (fact.kind === 'utterance') {
      const dueAtMs = this.live.dueAtMs(fact.endMs, nowMs);
      if (dueAtMs - nowMs < AHEAD_MS) this.utterances.set(fact, dueAtMs);
    }
  }

  settled(fact: SettledFact): void {
    const nowMs = this.nowMs();
    if (fact.kind === 'hop') {
      const dueAtMs = this.hops.get(fact.hopEndMs);
      if (dueAtMs !== undefined) this.controller.assessmentStood(nowMs, Math.max(0, nowMs - dueAtMs));
      this.hops.delete(fact.hopEndMs);
    } else if (fact.kind === 'utterance') {
      const dueAtMs = this.utterances.get(fact);
      if (dueAtMs !== undefined) this.controller.finalStood(nowMs, Math.max(0, nowMs - dueAtMs));
      this.utterances.delete(fact);
    }
  }
}
