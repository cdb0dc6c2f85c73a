import { LiveDue } from '../../facts/live-due';
import type { ResultKey } from '../../facts/session-trace';
import type { JobOptions } from '../../inference/inference-pool';
import type { JobDeadlines } from '../../inference/job-deadlines';

/** The options of one session's jobs: whom they work for, how urgent they are, and by when they must have begun. */
export class SessionJobs {
  private readonly live = new LiveDue();

  constructor(
    private readonly sessionId: string,
    /** On the clock of `Hop.releasedAtMs`. */
    readonly nowMs: () => number,
    private readonly deadlines: JobDeadlines,
  ) {}

  /** @param mediaEndMs of what was heard or written. @param cameAtMs when it was whole; default: now. */
  dueAtMs(mediaEndMs: number, cameAtMs = this.nowMs()): number {
    return this.live.dueAtMs(mediaEndMs, cameAtMs);
  }

  /** @param resultKey undefined: of no traced result. */
  ofHop(resultKey: number | undefined, dueAtMs: number): JobOptions {
    return this.within('assessment', resultKey, dueAtMs + this.deadlines.assessmentMs);
  }

  ofText(textId: string, dueAtMs: number): JobOptions {
    return this.within('final', textId, dueAtMs + this.deadlines.finalMs);
  }

  ofPartial(utteranceId: string, dueAtMs: number): JobOptions {
    return this.within('partial', utteranceId, dueAtMs + this.deadlines.partialMs);
  }

  private within(jobClass: JobOptions['jobClass'], resultKey: ResultKey | undefined, deadlineAtMs: number): JobOptions {
    return { sessionId: this.sessionId, jobClass, resultKey, startWithinMs: deadlineAtMs - this.nowMs() };
  }
}
