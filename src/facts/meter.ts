import type { ErrorCode, SessionEndedData, StreamKind } from '@rapport-live/protocol';

/**
 * Where the time of a conversation goes, in the order of the way of the data. Each is one observation of: a media
 * frame in the gateway (receive) and of it in streams (decode), the wait of a job (queue), the models' time of an
 * encoder's job (encode) and of fusion's (fuse), a durable append (persist), a result into its socket (send).
 * Voice-activity jobs are left out: many, small, and their wait is hidden by the allowed lateness.
 */
export const STAGES = ['receive', 'decode', 'queue', 'encode', 'fuse', 'persist', 'send'] as const;
export type Stage = (typeof STAGES)[number];

/** Told how long a stage took. Called on the hot path: an implementation allocates nothing and does not throw. */
export interface StageClock {
  record(stage: Stage, ms: number): void;
}

/** `refused`: no room in the queue. `expired`: not begun by its deadline. */
export const JOB_OUTCOMES = ['done', 'refused', 'expired', 'failed'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];
export const WINDOW_OUTCOMES = ['assessed', 'abstained', 'degraded'] as const;
export type WindowOutcome = (typeof WINDOW_OUTCOMES)[number];

export const RESUME_OUTCOMES = ['resumed', 'taken_over', 'expired'] as const;
/** What became of a lost or doubled connection. */
export type ResumeOutcome = (typeof RESUME_OUTCOMES)[number];

/** What the stages tell of themselves besides results. Labels are closed lists: never a tenant, a session or a name. */
export interface Meter extends StageClock {
  sessionEnded(reason: SessionEndedData['reason']): void;
  resume(outcome: ResumeOutcome): void;
  /** Payload of an accepted frame. */
  media(kind: StreamKind, bytes: number): void;
  /** Frames that streams dropped. */
  dropped(reason: string, frames: number): void;
  job(kind: string, outcome: JobOutcome): void;
  window(outcome: WindowOutcome): void;
  error(code: ErrorCode): void;
  /** An assessment is durable so long after the watermark passed the end of its window. */
  assessed(latencyMs: number): void;
}

const nothing = (): void => {};

/** For who does not measure. */
export const NO_METER: Meter = {
  record: nothing,
  sessionEnded: nothing,
  resume: nothing,
  media: nothing,
  dropped: nothing,
  job: nothing,
  window: nothing,
  error: nothing,
  assessed: nothing,
};
