import type { JobKind } from '../../inference/inference-pool';
import type { RungNotTaken } from '../../inference/provider';
import type { Task } from './manifest';
import type { ModelSet } from './model-folder';
import type { WorkerProviders } from './providers';

/** What the pool and its workers say to each other. One job runs in a worker at a time; begun ones may be parked there. */

/** `workerData`. */
export interface WorkerSettings {
  readonly models: ModelSet;
  readonly providers: WorkerProviders;
  /** Run the golden cases before saying `ready`. */
  readonly selfTest: boolean;
  /** Tests only: a text-tokens job of exactly this text ends the worker. */
  readonly crashOnText?: string;
}

export type ToWorker =
  | { readonly type: 'start'; readonly jobId: number; readonly kind: JobKind; readonly input: unknown }
  /** Another step of a job begun before. */
  | { readonly type: 'resume'; readonly jobId: number }
  /** Release everything and end. */
  | { readonly type: 'close' };

export type FromWorker =
  | ({ readonly type: 'ready' } & WorkerReady)
  | { readonly type: 'not-ready'; readonly error: WorkerFault }
  /** A GPU failed in a job and fails the reference cases too: the worker ends, and the job runs elsewhere. */
  | { readonly type: 'rung-lost'; readonly rung: RungNotTaken }
  /** The job has more steps to go. */
  | ({ readonly type: 'step'; readonly jobId: number } & StepTime)
  | ({ readonly type: 'done'; readonly jobId: number; readonly output: unknown } & StepTime)
  | ({ readonly type: 'failed'; readonly jobId: number; readonly error: WorkerFault } & StepTime);

export interface WorkerReady {
  readonly selfTest: readonly SelfTest[];
  /** What each model runs on: what was asked, or the CPU for those that failed there. */
  readonly providers: WorkerProviders;
  readonly fallen: readonly FallenModel[];
}

export interface FallenModel extends RungNotTaken {
  readonly task: Task;
}

/** When a step began, on `threadClockMs`, and how long it took. */
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
