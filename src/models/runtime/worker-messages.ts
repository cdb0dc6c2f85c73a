import type { JobClass, JobKind } from '../../inference/inference-pool';
import type { RungNotTaken } from '../../inference/provider';
import type { SlotPlace } from './job-slot';
import type { Task } from './manifest';
import type { ModelSet } from './model-folder';
import type { WorkerProviders } from './providers';

/**
 * What the pool and its workers say to each other. A worker that was given work is busy until it says `worked`; what it has
 * and did not finish stays with it, parked.
 */

/** `workerData`. */
export interface WorkerSettings {
  readonly models: ModelSet;
  readonly providers: WorkerProviders;
  /** The most urgent class that waits, for all workers: see `WaitingClass`. */
  readonly waiting: SharedArrayBuffer;
  /** Where it notes what it runs; absent: nowhere. */
  readonly slot?: SlotPlace;
  /** Fingerprints of jobs that are not run, hexadecimal. */
  readonly refused?: readonly string[];
  /** Run the golden cases before saying `ready`. */
  readonly selfTest: boolean;
  /** Tests only: a text-tokens job of exactly this text ends the worker. */
  readonly crashOnText?: string;
}

export type ToWorker =
  /** Take these, and do them one after the other. */
  | { readonly type: 'start'; readonly jobs: readonly NewJob[] }
  /** Go on with jobs that are parked. */
  | { readonly type: 'resume'; readonly jobIds: readonly number[] }
  /** Parked jobs that nobody wants any more. */
  | { readonly type: 'forget'; readonly jobIds: readonly number[] }
  /** Fingerprints of the jobs that are not run from now on, all of them. */
  | { readonly type: 'refuse'; readonly fingerprints: readonly string[] }
  /** Release everything and end. */
  | { readonly type: 'close' };

export type FromWorker =
  | ({ readonly type: 'ready' } & WorkerReady)
  | { readonly type: 'not-ready'; readonly error: WorkerFault }
  /** A GPU failed in a job and fails the reference cases too: the worker ends, and the job runs elsewhere. */
  | { readonly type: 'rung-lost'; readonly rung: RungNotTaken }
  /** Free again: more urgent work waits, or there is nothing left to do. */
  | { readonly type: 'worked'; readonly outcomes: readonly Outcome[] };

export interface NewJob {
  readonly jobId: number;
  readonly kind: JobKind;
  readonly jobClass: JobClass;
  readonly input: unknown;
}

/** What became of a job that ran; those that had no turn have none. */
export type Outcome = { readonly jobId: number } & StepTime &
  (
    | { readonly type: 'done'; readonly output: unknown }
    | { readonly type: 'failed'; readonly error: WorkerFault }
    /** It has more steps to go. */
    | { readonly type: 'step' }
  );

export interface WorkerReady {
  readonly selfTest: readonly SelfTest[];
  /** What each model runs on: what was asked, or the CPU for those that failed there. */
  readonly providers: WorkerProviders;
  readonly fallen: readonly FallenModel[];
}

export interface FallenModel extends RungNotTaken {
  readonly task: Task;
}

/** When steps taken without a break began, on `threadClockMs`, and how long they took. */
export interface StepTime {
  readonly beganAtMs: number;
  readonly ms: number;
}

/** Monotonic ms on one scale for all threads of the process; `performance.now` counts from each thread's start. */
export const threadClockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** An error as it crosses the thread. */
export interface WorkerFault {
  readonly message: string;
  readonly stack?: string;
  /** A code of the closed list when it was a RapportError. */
  readonly code?: string;
}

export interface SelfTest {
  readonly model: string;
  /** For all golden cases of the model. */
  readonly ms: number;
  /** The least cosine of any output with its reference. */
  readonly worstCosine: number;
}
