import './no-telemetry';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ERROR_CODES, type ErrorCode, RapportError } from '@rapport-live/protocol';
import type { RungNotTaken } from '../../inference/provider';
import type { SlotPlace } from './job-slot';
import type { PendingJob } from './pending-job';
import type { WorkerProviders } from './providers';
import { markHeapsSeldom } from './v8-heaps';
import type { FromWorker, Outcome, ToWorker, WorkerFault, WorkerReady, WorkerSettings } from './worker-messages';

/** What a worker thread tells the pool. */
export interface WorkerThreadEvents {
  /** The thread ended without being asked to; its jobs are with the pool again. */
  ended(thread: WorkerThread, cause: Error): void;
  /** The running jobs are over, or made room: the thread is free. */
  free(thread: WorkerThread): void;
}

/** One worker thread: the jobs it works on, one after the other, and those that made room for more urgent ones. */
export class WorkerThread {
  /** With steps to go, or not even begun, and not being worked on now. */
  readonly parked = new Map<number, PendingJob>();
  /** Which of them is the one that runs now, only the thread knows. */
  running: readonly PendingJob[] = [];
  state: 'loading' | 'ready' | 'ended' = 'loading';
  /** Settles when the models are loaded (and tested), or rejects with the reason why not. */
  readonly ready: Promise<WorkerReady>;
  /** What its models run on; while it loads, what it was asked to run them on. */
  providers: WorkerProviders;
  /** Why it ended, when a GPU failed under a job. */
  lostRung: RungNotTaken | undefined;
  readonly exited: Promise<void>;
  /** Of the journal; absent: it has none. */
  readonly slot: SlotPlace | undefined;
  private readonly worker: Worker;
  private lastError: Error | undefined;

  constructor(
    path: string,
    settings: WorkerSettings,
    private readonly events: WorkerThreadEvents,
  ) {
    this.providers = settings.providers;
    this.slot = settings.slot;
    markHeapsSeldom();
    this.worker = new Worker(path, { workerData: settings, name: 'inference' });
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') {
          this.state = 'ready';
          this.providers = message.providers;
          resolve(message);
        } else if (message.type === 'not-ready') {
          this.lastError = errorOf(message.error);
          reject(this.lastError);
          void this.worker.terminate();
        } else if (message.type === 'rung-lost') {
          this.lostRung = message.rung;
        } else this.worked(message.outcomes);
      });
      this.worker.on('exit', () => reject(this.lastError ?? new Error('the worker ended while loading')));
    });
    // A rejection nobody waits for is told by `ended`.
    this.ready.catch(() => {});
    this.worker.on('error', (error: Error) => (this.lastError = error));
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.state = 'ended';
        resolve();
        events.ended(this, this.lastError ?? new Error(`the worker ended with status ${code}`));
      });
    });
  }

  get idle(): boolean {
    return this.state === 'ready' && this.running.length === 0;
  }

  start(jobs: readonly PendingJob[]): void {
    this.running = jobs;
    this.say({
      type: 'start',
      jobs: jobs.map(({ id, kind, jobClass, input }) => ({ jobId: id, kind, jobClass, input })),
    });
  }

  resume(jobs: readonly PendingJob[]): void {
    for (const { id } of jobs) this.parked.delete(id);
    this.running = jobs;
    this.say({ type: 'resume', jobIds: jobs.map(({ id }) => id) });
  }

  /**
   * Asks the thread to end, which it does behind its running step; resolves when it has. It is never ended from outside:
   * `terminate()` while a graph runs ends the process (Napi::Error), and a graph that loads or runs cannot be broken off.
   */
  async close(): Promise<void> {
    await this.ready.catch(() => {});
    if (this.state === 'ready') this.say({ type: 'close' });
    await this.exited;
  }

  /** What is parked of a session is forgotten, what runs goes no further than its step. Returns those that are over with it. */
  drop(sessionId: string): PendingJob[] {
    for (const job of this.running) if (job.sessionId === sessionId) job.isUnwanted = true;
    const dropped = [...this.parked.values()].filter((job) => job.sessionId === sessionId);
    this.forget(dropped);
    return dropped;
  }

  private forget(jobs: readonly PendingJob[]): void {
    if (jobs.length === 0) return;
    for (const { id } of jobs) this.parked.delete(id);
    this.say({ type: 'forget', jobIds: jobs.map(({ id }) => id) });
  }

  refuse(fingerprints: readonly string[]): void {
    this.say({ type: 'refuse', fingerprints });
  }

  /** Copies: the pool keeps the inputs for a second try should this thread die. 28 µs for 768 kB (notes on the runtime). */
  private say(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private worked(outcomes: readonly Outcome[]): void {
    const { running } = this;
    this.running = [];
    for (const job of running) {
      const outcome = outcomes.find(({ jobId }) => jobId === job.id);
      if (outcome) job.worked(outcome);
      if (!outcome || outcome.type === 'step') this.parked.set(job.id, job);
      else if (outcome.type === 'done') job.resolve(outcome.output);
      else job.reject(failure(job, outcome.error));
    }
    const unwanted = [...this.parked.values()].filter((job) => job.isUnwanted);
    this.forget(unwanted);
    for (const job of unwanted) job.reject(droppedJob());
    this.events.free(this);
  }
}

export function droppedJob(): RapportError {
  return new RapportError('inference_failed', 'the session gave its jobs up');
}

function failure({ kind }: PendingJob, error: WorkerFault): RapportError {
  if (error.code === 'job_quarantined') return new RapportError('job_quarantined', error.message);
  return new RapportError('inference_failed', `${kind}: ${error.message}`, { cause: errorOf(error) });
}

function errorOf({ message, stack, code }: WorkerFault): Error {
  if (code && (ERROR_CODES as readonly string[]).includes(code)) return new RapportError(code as ErrorCode, message);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

/** The compiled `worker.js`: beside this file, or under dist/ when this file is source. */
export function defaultWorkerPath(): string {
  const beside = join(__dirname, 'worker.js');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', '..', 'dist', 'models', 'runtime', 'worker.js');
}
