/**
 * When the service gives up work (rule 16), and when it takes it up again. Three signs of pressure: each enters above one
 * bound and leaves below a lower one; between them nothing changes. Wall ms.
 */
export interface ShedOptions {
  /** Of assessments behind the time they were due, p95: an assessment has a second, of which this much is lost already. */
  readonly enterLatenessMs: number;
  readonly leaveLatenessMs: number;
  /** Of transcripts behind the end of their utterance, p95: they run in what assessments leave. */
  readonly enterFinalMs: number;
  readonly leaveFinalMs: number;
  /** How full the pool's queue is: at 1 it refuses. */
  readonly enterQueueShare: number;
  readonly leaveQueueShare: number;
  /** What the p95 are of: the last so many ms. Shorter than `enterAfterMs`, so that one hiccup takes no step. */
  readonly windowMs: number;
  /** Observations kept for them, the newest. */
  readonly maxObservations: number;
  /** How long a sign must stand before the next step is taken. */
  readonly enterAfterMs: number;
  /** How long none may stand before the last step is taken back. */
  readonly leaveAfterMs: number;
  /** A step that had to be taken again soon after it was taken back doubles that time, up to this. */
  readonly maxLeaveAfterMs: number;
  /** The signs are looked at no more often. */
  readonly lookEveryMs: number;
}

export const SHED_DEFAULTS: ShedOptions = {
  enterLatenessMs: 1500,
  leaveLatenessMs: 700,
  enterFinalMs: 8000,
  leaveFinalMs: 4000,
  enterQueueShare: 0.5,
  leaveQueueShare: 0.25,
  windowMs: 2000,
  maxObservations: 512,
  enterAfterMs: 5000,
  leaveAfterMs: 15_000,
  maxLeaveAfterMs: 240_000,
  lookEveryMs: 100,
};
