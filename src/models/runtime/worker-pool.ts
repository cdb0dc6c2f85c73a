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
import type { RungNotTaken, WantedProviders } from '../../inference/provider';
import type { Task } from './manifest';
import { loadManifests, type ModelSet } from './model-folder';
import { ownInput, PendingJob } from './pending-job';
import { ProviderLadder, THIS_MACHINE } from './provider-ladder';
import { defaultWorkers, type Machine, type WorkerProviders } from './providers';
import { JobQueue, nextWork, type QueueBounds } from './scheduling';
import type { SelfTest } from './worker-messages';
import { WorkerThread } from './worker-thread';

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
  | { readonly type: 'worker-replaced' }
  /** A GPU failed under a job, or a worker could not take a rung: work goes on further down. */
  | { readonly type: 'rung-lost'; readonly rung: RungNotTaken };

/** What start-up found of one model: for the log. */
export interface ModelReport extends SelfTest {
  readonly provider: string;
  readonly notTaken: readonly RungNotTaken[];
}

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
  private served: readonly ServedModel[] = [];
  /** Workers that wait for the ladder before they are made. */
  private awaited = 0;

  private constructor(
    private readonly modelSet: ModelSet,
    private readonly ladder: ProviderLadder,
    private readonly options: WorkerPoolOptions,
  ) {
    const { maxQueuedJobs = 512, maxQueuedBytes = 64 * 1024 * 1024 } = options;
    this.queue = new JobQueue({ maxQueuedJobs, maxQueuedBytes });
  }

  /**
   * Checks the model folders, finds each model's provider, loads them in every worker at once and tests one worker
   * against the golden files. Rejects with `model_missing`, `model_corrupt` or `model_parity`, and leaves no thread behind.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const models = await loadManifests(options.modelsDir);
    const ladder = await ProviderLadder.start(models, options.providers ?? ['cpu'], options.machine ?? THIS_MACHINE);
    const pool = new WorkerPool(models, ladder, options);
    const workers = Math.max(1, options.workers ?? defaultWorkers(ladder.current, availableParallelism()));
    const threads = Array.from({ length: workers }, (_, i) => pool.spawn({ selfTest: i === 0 }));
    try {
      const [first] = await Promise.all(threads.map((thread) => thread.ready));
      pool.reports = Object.values(pool.modelSet).map(({ manifest }) => ({
        ...(first?.selfTest.find((test) => test.model === manifest.name) as SelfTest),
        ...pool.standing(manifest.task),
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
    return this.served;
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    if (this.closing) throw new RapportError('inference_failed', 'the inference pool is closed');
    if (this.isEmpty) throw new RapportError('inference_failed', 'no inference worker is left');
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
      { models: this.modelSet, providers: this.ladder.forWorker(this.providersInUse), selfTest, crashOnText },
      { free: () => this.dispatch(), ended: (ended, cause) => this.lost(ended, cause) },
    );
    this.threads.add(thread);
    void thread.ready.then(
      ({ fallen }) => {
        this.ladder.fell(fallen);
        for (const rung of fallen) this.options.onEvent?.({ type: 'rung-lost', rung });
        this.updateServed();
        this.dispatch();
      },
      () => {},
    );
    return thread;
  }

  private get isEmpty(): boolean {
    return this.threads.size === 0 && this.awaited === 0;
  }

  private get providersInUse(): WorkerProviders[] {
    return [...this.threads].map(({ providers }) => providers);
  }

  private standing(task: Task) {
    return this.ladder.standing(task, this.providersInUse);
  }

  private updateServed(): void {
    this.served = Object.values(this.modelSet).map(({ manifest: { name, version, task, languages } }) => ({
      name,
      version,
      task,
      languages,
      ...this.standing(task),
    }));
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
    this.updateServed();
    const { running, lostRung } = thread;
    for (const job of thread.parked.values()) this.again(job);
    if (lostRung) {
      if (running) this.again(running);
      void this.descend(lostRung);
      this.dispatch();
      return;
    }
    if (running && ++running.crashes < MAX_CRASHES) this.again(running);
    else running?.reject(new RapportError('inference_failed', `${running.kind} ended its worker twice`, { cause }));

    const replaced = this.mayRestart();
    this.options.onEvent?.({ type: 'worker-ended', cause, runningKind: running?.kind, replaced });
    if (replaced) this.replace();
    else if (this.isEmpty) {
      const error = new RapportError('inference_failed', 'no inference worker is left', { cause });
      for (const job of this.queue.takeAll()) job.reject(error);
    }
    this.dispatch();
  }

  /** No crash, and not counted as one: a pool goes down once for each worker and GPU rung, never up again. */
  private async descend(rung: RungNotTaken): Promise<void> {
    this.options.onEvent?.({ type: 'rung-lost', rung });
    this.awaited++;
    await this.ladder.lose(rung);
    this.awaited--;
    this.updateServed();
    if (!this.closing) this.replace();
  }

  private replace(): void {
    void this.spawn({ selfTest: false }).ready.then(
      () => this.options.onEvent?.({ type: 'worker-replaced' }),
      () => {},
    );
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
