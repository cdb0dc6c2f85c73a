import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobResult,
  ServedModel,
} from '../../inference/inference-pool';
import { loadManifests, type ModelSet } from './model-folder';
import { ownInput, PendingJob } from './pending-job';
import { chooseProvider, type ProviderChoice } from './providers';
import { JobQueue, nextWork, type QueueBounds } from './scheduling';
import type { SelfTest } from './worker-messages';
import { WorkerThread } from './worker-thread';

export interface WorkerPoolOptions extends Partial<QueueBounds> {
  readonly modelsDir: string;
  /** Threads, each with all models loaded (about 0.3 GB). Default: one for each core the process may use. */
  readonly workers?: number;
  /** Jobs that may wait; more are refused with `overloaded`. Default 512. */
  readonly maxQueuedJobs?: number;
  /** Bytes of input that may wait; more are refused with `overloaded`. Default 64 MiB, about 130 of the longest utterances. */
  readonly maxQueuedBytes?: number;
  /** Ended workers that are replaced within `restartWindowMs`; beyond it they stay away. Default 5. */
  readonly restartLimit?: number;
  /** Default 60,000 ms. */
  readonly restartWindowMs?: number;
  /** Time a worker has for its running step when the pool closes. Default 5,000 ms. */
  readonly closeTimeoutMs?: number;
  /** The compiled `worker.js`. Default: beside this file, or under dist/ when this file is source. */
  readonly workerPath?: string;
  /** Told when a worker ends or is replaced: for logs and readiness. */
  readonly onEvent?: (event: PoolEvent) => void;
  /** Tests only: a text-tokens job of exactly this text ends its worker. */
  readonly crashOnText?: string;
}

export type PoolEvent =
  | { readonly type: 'worker-ended'; readonly cause: Error; readonly runningKind?: JobKind; readonly replaced: boolean }
  | { readonly type: 'worker-replaced' };

/** What start-up found of one model: for the log. */
export interface ModelReport extends SelfTest, ProviderChoice {}

const RETRY_AFTER_MS = 1_000;
/** Workers that a job may end before it is given up. */
const MAX_CRASHES = 2;

/** ONNX Runtime behind a bounded queue: the thread that owns this never runs a model. */
export class WorkerPool implements InferencePool {
  private readonly queue: JobQueue<PendingJob>;
  private readonly threads = new Set<WorkerThread>();
  private restartsMs: number[] = [];
  private nextJobId = 0;
  private closing: Promise<void> | undefined;
  private reports: readonly ModelReport[] = [];

  private constructor(
    private readonly modelSet: ModelSet,
    private readonly options: WorkerPoolOptions,
  ) {
    const { maxQueuedJobs = 512, maxQueuedBytes = 64 * 1024 * 1024 } = options;
    this.queue = new JobQueue({ maxQueuedJobs, maxQueuedBytes });
  }

  /**
   * Checks the model folders, loads them in every worker at once and tests one worker against the golden files.
   * Rejects with `model_missing`, `model_corrupt` or `model_parity`, and leaves no thread behind.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(await loadManifests(options.modelsDir), options);
    const workers = Math.max(1, options.workers ?? availableParallelism());
    const threads = Array.from({ length: workers }, (_, i) => pool.spawn({ selfTest: i === 0 }));
    try {
      const [selfTests] = await Promise.all(threads.map((thread) => thread.ready));
      pool.reports = Object.values(pool.modelSet).map(({ manifest }) => ({
        ...(selfTests?.find((test) => test.model === manifest.name) as SelfTest),
        ...chooseProvider(manifest.providers),
      }));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Of the self-test at the start, by model. */
  get report(): readonly ModelReport[] {
    return this.reports;
  }

  /** Workers that can take jobs, loading ones not counted: 0 means not ready. */
  get liveWorkers(): number {
    return [...this.threads].filter((thread) => thread.state === 'ready').length;
  }

  get queuedJobs(): number {
    return this.queue.length;
  }

  get queuedBytes(): number {
    return this.queue.queuedBytes;
  }

  get models(): readonly ServedModel[] {
    return Object.values(this.modelSet).map(({ manifest }) => ({
      name: manifest.name,
      version: manifest.version,
      task: manifest.task,
      provider: chooseProvider(manifest.providers).provider,
      languages: manifest.languages,
    }));
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    if (this.closing) throw new RapportError('inference_failed', 'the inference pool is closed');
    if (this.threads.size === 0) throw new RapportError('inference_failed', 'no inference worker is left');
    const job = new PendingJob(this.nextJobId++, kind, ownInput(input, options.transfer ?? []), options);
    const { accepted, shed } = this.queue.push(job);
    for (const partial of shed) partial.reject(overloaded(partial));
    if (!accepted) throw overloaded(job);
    this.dispatch();
    return (await job.result) as JobResult<K>;
  }

  /** Ends every worker after its running step; jobs not done reject with `inference_failed`. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const closed = new RapportError('inference_failed', 'the inference pool was closed');
    for (const job of this.queue.takeAll()) job.reject(closed);
    await Promise.all(
      [...this.threads].map(async (thread) => {
        await thread.close(this.options.closeTimeoutMs ?? 5_000);
        thread.running?.reject(closed);
        for (const job of thread.parked.values()) job.reject(closed);
      }),
    );
  }

  private spawn({ selfTest }: { selfTest: boolean }): WorkerThread {
    const { workerPath = defaultWorkerPath(), crashOnText } = this.options;
    const thread = new WorkerThread(
      workerPath,
      { models: this.modelSet, selfTest, crashOnText },
      { free: () => this.dispatch(), ended: (ended, cause) => this.lost(ended, cause) },
    );
    this.threads.add(thread);
    void thread.ready.then(
      () => this.dispatch(),
      () => {},
    );
    return thread;
  }

  private dispatch(): void {
    if (this.closing) return;
    // Threads with nothing begun take what is new; the others then go on.
    const idle = [...this.threads].filter((thread) => thread.idle).sort((a, b) => a.parked.size - b.parked.size);
    for (const thread of idle) {
      const next = nextWork(this.queue, thread.parked.values());
      if (!next) continue;
      if ('resume' in next) thread.resume(next.resume);
      else thread.start(next.start);
    }
  }

  /** A thread ended unasked: its parked jobs start again elsewhere, the running one too unless it has ended two. */
  private lost(thread: WorkerThread, cause: Error): void {
    this.threads.delete(thread);
    if (this.closing) return;
    const { running } = thread;
    for (const job of thread.parked.values()) this.again(job);
    if (running && ++running.crashes < MAX_CRASHES) this.again(running);
    else running?.reject(new RapportError('inference_failed', `${running.kind} ended its worker twice`, { cause }));

    const replaced = this.mayRestart();
    this.options.onEvent?.({ type: 'worker-ended', cause, runningKind: running?.kind, replaced });
    if (replaced) {
      const replacement = this.spawn({ selfTest: false });
      void replacement.ready.then(
        () => this.options.onEvent?.({ type: 'worker-replaced' }),
        () => {},
      );
    } else if (this.threads.size === 0) {
      const error = new RapportError('inference_failed', 'no inference worker is left', { cause });
      for (const job of this.queue.takeAll()) job.reject(error);
    }
    this.dispatch();
  }

  private again(job: PendingJob): void {
    job.restart();
    this.queue.putBack(job);
  }

  private mayRestart(): boolean {
    const { restartLimit = 5, restartWindowMs = 60_000 } = this.options;
    const nowMs = performance.now();
    this.restartsMs = this.restartsMs.filter((atMs) => nowMs - atMs < restartWindowMs);
    if (this.restartsMs.length >= restartLimit) return false;
    this.restartsMs.push(nowMs);
    return true;
  }
}

function overloaded(job: PendingJob): RapportError {
  return new RapportError('overloaded', `no room in the queue for a ${job.kind} job of ${job.bytes} bytes`, {
    retryAfterMs: RETRY_AFTER_MS,
  });
}

function defaultWorkerPath(): string {
  const beside = join(__dirname, 'worker.js');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', '..', 'dist', 'models', 'runtime', 'worker.js');
}
