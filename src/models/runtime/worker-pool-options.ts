import type { JobKind } from '../../inference/inference-pool';
import type { RungNotTaken, WantedProviders } from '../../inference/provider';
import type { Machine } from './providers';
import type { QueueBounds } from './scheduling';
import type { SelfTest } from './worker-messages';

export interface WorkerPoolOptions extends Partial<QueueBounds> {
  readonly modelsDir: string;
  /** Threads, each with all models loaded (about 0.3 GB). Default: one for each core the process may use, CUDA: at most 4. */
  readonly workers?: number;
  /** The rungs that are tried before the CPU. Default: none. */
  readonly providers?: WantedProviders;
  /** Default: this one. Tests script another. */
  readonly machine?: Machine;
  /** Jobs that may wait; more are refused with `overloaded`. Default 512. */
  readonly maxQueuedJobs?: number;
  /** Bytes of input that may wait; more are refused with `overloaded`. Default 64 MiB, about 130 of the longest utterances. */
  readonly maxQueuedBytes?: number;
  /** Ended workers that are replaced within `restartWindowMs`; beyond it they stay away. Default 5. */
  readonly restartLimit?: number;
  /** Default 60,000 ms. */
  readonly restartWindowMs?: number;
  /** Folder of the journal of running jobs and of the quarantine; absent: neither, and a job may crash again and again. */
  readonly journalDir?: string;
  /** The compiled `worker.js`. Default: beside this file, or under dist/ when this file is source. */
  readonly workerPath?: string;
  /** Told when a worker ends or is replaced: for logs and readiness. */
  readonly onEvent?: (event: PoolEvent) => void;
  /** Tests only: a text-tokens job of exactly this text ends its worker. */
  readonly crashOnText?: string;
}

export type PoolEvent =
  /** `runningKinds`: of the jobs that it had been given; one of them may have ended it. */
  | {
      readonly type: 'worker-ended';
      readonly cause: Error;
      readonly runningKinds: readonly JobKind[];
      readonly replaced: boolean;
    }
  | { readonly type: 'worker-replaced' }
  /** A job that ran in two crashes is not run any more. */
  | { readonly type: 'job-quarantined'; readonly name: string }
  /** What runs cannot be noted. */
  | { readonly type: 'no-journal'; readonly cause: Error }
  /** A GPU failed under a job, or a worker could not take a rung: work goes on further down. */
  | { readonly type: 'rung-lost'; readonly rung: RungNotTaken };

/** What start-up found of one model: for the log. */
export interface ModelReport extends SelfTest {
  readonly provider: string;
  readonly notTaken: readonly RungNotTaken[];
}
