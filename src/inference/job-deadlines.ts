import { RapportError } from '@rapport-live/protocol';
import type { JobOptions } from './inference-pool';

/**
 * By when the jobs of each class must have begun (rule 15), wall ms after what they work for was due (`LiveDue`). What is
 * later is dropped and announced. A job of voice activity has the time-out of the stream that waits for it instead.
 */
export interface JobDeadlines {
  /** Of a window's encoders. Less than the hops in flight are long, so that a live sender is never stalled by what is too late anyway. */
  readonly assessmentMs: number;
  /** Of a window whose encoders are done: it is nearly paid for. */
  readonly fusionMs: number;
  /** Of the transcript of an utterance, and of the tokens of a text. Two parties close fewer utterances in it than may be in flight. */
  readonly finalMs: number;
  /** Of the words so far: the next ones have them again a second later. */
  readonly partialMs: number;
}

export const JOB_DEADLINES: JobDeadlines = { assessmentMs: 5000, fusionMs: 8000, finalMs: 15_000, partialMs: 2000 };

/** Of a recording: nothing in it is ever too late, credit slows its sender instead. Partials stay what they are: the next ones have them again. */
export const RECORDED_DEADLINES: JobDeadlines = {
  ...JOB_DEADLINES,
  assessmentMs: Infinity,
  fusionMs: Infinity,
  finalMs: Infinity,
};

/** The error that a pool drops a late job with. */
export function deadlinePassed(kind: string, { startWithinMs }: Pick<JobOptions, 'startWithinMs'>): RapportError {
  const late = startWithinMs !== undefined && startWithinMs <= 0 ? 'came too late' : 'was not begun in time';
  return new RapportError('deadline_passed', `a ${kind} job ${late}`);
}
