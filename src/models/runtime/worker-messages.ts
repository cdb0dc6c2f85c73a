import type { JobKind } from '../../inference/inference-pool';
import type { ModelSet } from './model-folder';

/** What the pool and its workers say to each other. One job runs in a worker at a time; begun ones may be parked there. */

/** `workerData`. */
export interface WorkerSettings {
  readonly models: ModelSet;
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
  | { readonly type: 'ready'; readonly selfTest: readonly SelfTest[] }
  | { readonly type: 'not-ready'; readonly error: WorkerFault }
  /** The job has more steps to go. `ms` are those of this step, here and below. */
  | { readonly type: 'step'; readonly jobId: number; readonly ms: number }
  | { readonly type: 'done'; readonly jobId: number; readonly ms: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly jobId: number; readonly ms: number; readonly error: WorkerFault };

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
