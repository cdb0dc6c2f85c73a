import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { ERROR_CODES, type ErrorCode, RapportError } from '@rapport-live/protocol';
import type { RungNotTaken } from '../../inference/provider';
import type { PendingJob } from './pending-job';
import type { WorkerProviders } from './providers';
import type { FromWorker, ToWorker, WorkerFault, WorkerReady, WorkerSettings } from './worker-messages';

/**
 * MB of old objects and array memory at which V8 first marks a worker's heap. Left to itself it holds a heap of 22 MB to
 * 45 MB and marks again for each 8 MB of pictures and spectra: 65 times in 40 s of 4 sessions, 13 ms CPU for each
 * conversation second on its helper threads, to free nothing that the scavenger does not free; with this, never.
 * No option of `Worker` sets it, and V8 reads it when a heap is made: that of the main thread stays as it was.
 */
const FIRST_MARKING_MB = 128;

/** What a worker thread tells the pool. */
export interface WorkerThreadEvents {
  /** The thread ended without being asked to; its jobs are with the pool again. */
  ended(thread: WorkerThread, cause: Error): void;
  /** The running job took a step, or is over: the thread is free. */
  free(thread: WorkerThread): void;
}

/** One worker thread: at most one job runs in it, and the begun ones that wait for their next step stay with it. */
export class WorkerThread {
  /** Begun, with steps to go, not running now. */
  readonly parked = new Map<number, PendingJob>();
  running: PendingJob | undefined;
  state: 'loading' | 'ready' | 'ended' = 'loading';
  /** Settles when the models are loaded (and tested), or rejects with the reason why not. */
  readonly ready: Promise<WorkerReady>;
  /** What its models run on; while it loads, what it was asked to run them on. */
  providers: WorkerProviders;
  /** Why it ended, when a GPU failed under a job. */
  lostRung: RungNotTaken | undefined;
  readonly exited: Promise<void>;
  private readonly worker: Worker;
  private lastError: Error | undefined;

  constructor(
    path: string,
    settings: WorkerSettings,
    private readonly events: WorkerThreadEvents,
  ) {
    this.providers = settings.providers;
    setFlagsFromString(`--initial-old-space-size=${FIRST_MARKING_MB}`);
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
        } else this.heard(message);
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
    return this.state === 'ready' && !this.running;
  }

  start(job: PendingJob): void {
    this.running = job;
    this.say({ type: 'start', jobId: job.id, kind: job.kind, input: job.input });
  }

  resume(job: PendingJob): void {
    this.parked.delete(job.id);
    this.running = job;
    this.say({ type: 'resume', jobId: job.id });
  }

  /** Asks the thread to end; after `timeoutMs` it is ended. */
  async close(timeoutMs: number): Promise<void> {
    if (this.state === 'ready') this.say({ type: 'close' });
    else void this.worker.terminate();
    const timer = setTimeout(() => void this.worker.terminate(), timeoutMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Copies: the pool keeps the input for a second try should this thread die. 28 µs for 768 kB (notes on the runtime). */
  private say(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private heard(message: Exclude<FromWorker, { type: 'ready' | 'not-ready' | 'rung-lost' }>): void {
    const job = this.running;
    if (!job || job.id !== message.jobId) return;
    this.running = undefined;
    job.stepped(message);
    if (message.type === 'step') this.parked.set(job.id, job);
    else if (message.type === 'done') job.resolve(message.output);
    else
      job.reject(
        new RapportError('inference_failed', `${job.kind}: ${message.error.message}`, {
          cause: errorOf(message.error),
        }),
      );
    this.events.free(this);
  }
}

function errorOf({ message, stack, code }: WorkerFault): Error {
  if (code && (ERROR_CODES as readonly string[]).includes(code)) return new RapportError(code as ErrorCode, message);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}
