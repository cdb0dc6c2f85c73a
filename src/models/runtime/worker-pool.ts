import { availableParallelism } from 'node:os';
import { RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobResult,
  ServedModel,
} from '../../inference/inference-pool';
import { RestartBudget } from '../../facts/restart-budget';
import { deadlinePassed } from '../../inference/job-deadlines';
import type { RungNotTaken } from '../../inference/provider';
import type { CrashWatch } from './crash-watch';
import { ExpiryTimer } from './expiry-timer';
import type { Task } from './manifest';
import { loadManifests, type ModelSet } from './model-folder';
import { PendingJob } from './pending-job';
import { ProviderLadder, THIS_MACHINE } from './provider-ladder';
import { defaultWorkers, type WorkerProviders } from './providers';
import { JobQueue, nextWork } from './scheduling';
import { WaitingClass } from './waiting-class';
import { watchCrashes } from './watch-crashes';
import { type SelfTest, threadClockMs } from './worker-messages';
import type { ModelReport, WorkerPoolOptions } from './worker-pool-options';
import { defaultWorkerPath, droppedJob, WorkerThread } from './worker-thread';

const RETRY_AFTER_MS = 1_000;
/** Workers that a job may end before it is given up. */
const MAX_CRASHES = 2;

/** ONNX Runtime behind a bounded queue: the thread that owns this never runs a model. */
export class WorkerPool implements InferencePool {
  private readonly queue: JobQueue<PendingJob>;
  private readonly waiting = new WaitingClass();
  private readonly expiry = new ExpiryTimer(() => this.dropExpired());
  private dispatchDue = false;
  private readonly threads = new Set<WorkerThread>();
  private readonly restarts: RestartBudget;
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
    /** Undefined: crashes are not looked into. */
    private readonly crashWatch: CrashWatch | undefined,
  ) {
    const { maxQueuedJobs = 512, maxQueuedBytes = 64 * 1024 * 1024 } = options;
    const { restartLimit = 5, restartWindowMs = 60_000 } = options;
    this.queue = new JobQueue({ maxQueuedJobs, maxQueuedBytes });
    this.restarts = new RestartBudget(restartLimit, restartWindowMs);
    this.waiting.set(undefined);
  }

  /**
   * Checks the model folders, finds each model's provider, loads them in every worker at once and tests one worker
   * against the golden files. Rejects with `model_missing`, `model_corrupt` or `model_parity`, and leaves no thread behind.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const models = await loadManifests(options.modelsDir);
    const ladder = await ProviderLadder.start(models, options.providers ?? ['cpu'], options.machine ?? THIS_MACHINE);
    const workers = Math.max(1, options.workers ?? defaultWorkers(ladder.current, availableParallelism()));
    let onChange = (): void => {};
    const crashWatch = await watchCrashes(options, workers, () => onChange());
    const pool = new WorkerPool(models, ladder, options, crashWatch);
    onChange = () => pool.refuse();
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

  get queueShare(): number {
    return this.queue.share;
  }

  /** Names of the jobs that are not run, since they ended workers or the process. */
  get quarantined(): readonly string[] {
    return this.crashWatch?.names ?? [];
  }

  get models(): readonly ServedModel[] {
    return this.served;
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    if (this.closing) throw new RapportError('inference_failed', 'the inference pool is closed');
    if (this.isEmpty) throw new RapportError('inference_failed', 'no inference worker is left');
    const job = new PendingJob(this.nextJobId++, kind, input, options);
    if (job.deadlineAtMs <= threadClockMs()) throw deadlinePassed(kind, options);
    this.dropExpired(); // they would only take the room of this one
    const { accepted, shed } = this.queue.push(job);
    for (const partial of shed) partial.reject(overloaded(partial));
    if (!accepted) throw overloaded(job);
    this.expiry.arm(this.queue.nextDeadlineMs);
    this.dispatchSoon();
    return (await job.result) as JobResult<K>;
  }

  drop(sessionId: string): void {
    const jobs = [...this.threads].flatMap((thread) => thread.drop(sessionId));
    for (const job of [...this.queue.takeSession(sessionId), ...jobs]) job.reject(droppedJob());
    this.waiting.set(this.queue.mostUrgent());
  }

  /** Ends every worker after its running step, however long that takes; jobs not done reject with `inference_failed`. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.waiting.close();
    this.expiry.cancel();
    const closed = new RapportError('inference_failed', 'the inference pool was closed');
    for (const job of this.queue.takeAll()) job.reject(closed);
    await Promise.all(
      [...this.threads].map(async (thread) => {
        await thread.close();
        for (const job of [...thread.running, ...thread.parked.values()]) job.reject(closed);
      }),
    );
    await this.crashWatch?.close();
  }

  private spawn({ selfTest }: { selfTest: boolean }): WorkerThread {
    const { workerPath = defaultWorkerPath(), crashOnText } = this.options;
    const thread = new WorkerThread(
      workerPath,
      {
        models: this.modelSet,
        providers: this.ladder.forWorker(this.providersInUse),
        waiting: this.waiting.memory,
        slot: this.crashWatch?.takeSlot(),
        refused: this.crashWatch?.refused,
        selfTest,
        crashOnText,
      },
      { free: () => this.dispatchSoon(), ended: (ended, cause) => this.lost(ended, cause) },
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

  /** Tells every worker; one that loads takes it up behind loading. */
  private refuse(): void {
    const fingerprints = this.crashWatch?.refused ?? [];
    for (const thread of this.threads) thread.refuse(fingerprints);
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

  /**
   * Not at once: what is submitted in the same turn of the event loop shares a message (both parties' voice activity, the
   * jobs of one hop), and what follows from a result is there when the next work is chosen.
   */
  private dispatchSoon(): void {
    if (this.closing) return;
    this.waiting.set(this.queue.mostUrgent());
    if (this.dispatchDue) return;
    this.dispatchDue = true;
    setImmediate(() => {
      this.dispatchDue = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    if (this.closing) return;
    this.dropExpired();
    // Threads with nothing begun take what is new; the others then go on.
    const idle = [...this.threads].filter((thread) => thread.idle).sort((a, b) => a.parked.size - b.parked.size);
    for (const [i, thread] of idle.entries()) {
      const next = nextWork(this.queue, [...thread.parked.values()], idle.length - i);
      if (!next) continue;
      if ('resume' in next) thread.resume(next.resume);
      else thread.start(next.start);
    }
    this.waiting.set(this.queue.mostUrgent());
  }

  /** Also by a timer: with every worker in a long graph, nobody else would say that a job is late. */
  private dropExpired(): void {
    for (const job of this.queue.takeExpired(threadClockMs())) job.reject(deadlinePassed(job.kind, job.options));
    this.expiry.arm(this.queue.nextDeadlineMs);
  }

  /** A thread ended unasked: its parked jobs start again elsewhere, the running one too unless it has ended two. */
  private lost(thread: WorkerThread, cause: Error): void {
    this.threads.delete(thread);
    if (this.closing) return;
    this.updateServed();
    const { running, lostRung, slot } = thread;
    if (slot !== undefined) this.crashWatch?.ended(slot, lostRung === undefined);
    for (const job of thread.parked.values()) this.again(job);
    if (lostRung) {
      for (const job of running) this.again(job);
      void this.descend(lostRung);
      this.dispatch();
      return;
    }
    for (const job of running) {
      if (++job.crashes < MAX_CRASHES) this.again(job);
      else job.reject(new RapportError('inference_failed', `${job.kind} ended its worker twice`, { cause }));
    }

    const replaced = this.restarts.take(performance.now());
    this.options.onEvent?.({ type: 'worker-ended', cause, runningKinds: running.map(({ kind }) => kind), replaced });
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
    if (job.isUnwanted) return job.reject(droppedJob());
    job.restart();
    this.queue.putBack(job);
  }
}

function overloaded(job: PendingJob): RapportError {
  return new RapportError('overloaded', `no room in the queue for a ${job.kind} job of ${job.bytes} bytes`, {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
