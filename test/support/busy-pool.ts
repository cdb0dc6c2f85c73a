import { RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobResult,
  ServedModel,
} from '../../src/inference/inference-pool';
import { deadlinePassed } from '../../src/inference/job-deadlines';
import { JobQueue, nextWork, type Schedulable } from '../../src/models/runtime/scheduling';
import { CheapPool } from '../soak/cheap-pool';
import { DeadlineTimer } from '../../src/streams/deadline-timer';
import { Deadlines } from '../../src/streams/deadlines';
import type { SessionClock } from '../../src/streams/session-clock';

/** What a job costs a worker on a machine that fits its load, ms: a call takes half of one. */
export const JOB_COSTS_MS: Readonly<Record<JobKind, number>> = {
  'voice-activity': 2,
  'voice-tokens': 60,
  'face-tokens': 60,
  fusion: 20,
  transcript: 400,
  'text-tokens': 10,
};

export interface BusyPoolOptions {
  readonly clock: SessionClock;
  readonly workers: number;
  /** What one job of each kind costs a worker, ms; asked when it begins. */
  readonly costMs: (kind: JobKind) => number;
}

interface BusyJob extends Schedulable {
  readonly kind: JobKind;
  readonly input: JobInput<JobKind>;
  readonly options: JobOptions;
  waitingSinceMs: number;
  waitMs: number;
  modelMs: number;
  /** Undefined: not begun. */
  leftMs: number | undefined;
  readonly settle: { resolve(result: JobResult<JobKind>): void; reject(error: Error): void };
}

/** A transcript makes room after so long, as eight tokens do. */
const STEP_MS = 50;

/** Inference that costs time: cheap results behind the real queue and order of work, workers that a clock moves on. */
export class BusyPool implements InferencePool {
  readonly liveWorkers: number;
  readonly models: readonly ServedModel[];
  /** Time that workers were busy, ms. */
  busyMs = 0;
  /** Most that ever waited. */
  readonly most = { jobs: 0, bytes: 0 };
  private readonly queue = new JobQueue<BusyJob>({ maxQueuedJobs: 512, maxQueuedBytes: 64 * 1024 * 1024 });
  private readonly open = new Set<BusyJob>();
  private readonly cheap = new CheapPool();
  private readonly parked: BusyJob[][];
  private readonly idle: Set<number>;
  private readonly expiry: DeadlineTimer;
  private dispatchDue = false;

  constructor(private readonly options: BusyPoolOptions) {
    this.expiry = new DeadlineTimer(new Deadlines(options.clock), () => this.dispatch());
    this.liveWorkers = options.workers;
    this.models = this.cheap.models;
    this.parked = Array.from({ length: options.workers }, () => []);
    this.idle = new Set(this.parked.keys());
  }

  get queueShare(): number {
    return this.queue.share;
  }

  submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    const nowMs = this.options.clock.nowMs();
    const { sessionId, jobClass, startWithinMs = Infinity } = options;
    if (startWithinMs <= 0) return Promise.reject(deadlinePassed(kind, options));
    return new Promise<JobResult<K>>((resolve, reject) => {
      const job: BusyJob = {
        ...{ sessionId, jobClass, kind, input, options },
        alone: kind === 'transcript',
        bytes: Object.values(input as object).reduce<number>(
          (sum, part) => sum + ((part as Uint8Array | undefined)?.byteLength ?? 8),
          0,
        ),
        deadlineAtMs: nowMs + startWithinMs,
        ...{ waitingSinceMs: nowMs, waitMs: 0, modelMs: 0, leftMs: undefined },
        settle: {
          resolve: (result) => (this.open.delete(job), resolve(result as JobResult<K>)),
          reject: (error) => (this.open.delete(job), reject(error)),
        },
      };
      this.open.add(job);
      const { accepted, shed } = this.queue.push(job);
      for (const gone of accepted ? shed : [...shed, job]) gone.settle.reject(new RapportError('overloaded', 'full'));
      this.most.jobs = Math.max(this.most.jobs, this.queue.length);
      this.most.bytes = Math.max(this.most.bytes, this.queue.queuedBytes);
      this.expiry.arm(this.queue.nextDeadlineMs);
      this.dispatchSoon();
    });
  }

  drop(sessionId: string): void {
    for (const { settle } of this.queue.takeSession(sessionId)) {
      settle.reject(new RapportError('inference_failed', 'dropped'));
    }
  }

  /** Jobs of a session that no worker has begun. */
  waitingOf(sessionId: string): number {
    return [...this.open].filter((job) => job.sessionId === sessionId && job.leftMs === undefined).length;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private dispatchSoon(): void {
    if (this.dispatchDue) return;
    this.dispatchDue = true;
    queueMicrotask(() => {
      this.dispatchDue = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    const expired = this.queue.takeExpired(this.options.clock.nowMs());
    for (const job of expired) job.settle.reject(deadlinePassed(job.kind, job.options));
    this.expiry.arm(this.queue.nextDeadlineMs);
    for (const worker of [...this.idle]) {
      const next = nextWork(this.queue, this.parked[worker]!, this.idle.size);
      if (next === undefined) continue;
      const jobs = 'resume' in next ? next.resume : next.start;
      this.parked[worker] = [...new Set([...this.parked[worker]!, ...jobs])];
      this.work(worker, jobs[0]!);
    }
  }

  /** One job, or one step of it; then the worker looks again. */
  private work(worker: number, job: BusyJob): void {
    const { clock, costMs } = this.options;
    const beganMs = clock.nowMs();
    this.idle.delete(worker);
    job.waitMs += beganMs - job.waitingSinceMs;
    job.leftMs ??= costMs(job.kind);
    const sliceMs = job.alone ? Math.min(STEP_MS, job.leftMs) : job.leftMs;
    clock.at(beganMs + sliceMs, () => {
      this.busyMs += sliceMs;
      job.modelMs += sliceMs;
      job.leftMs! -= sliceMs;
      job.waitingSinceMs = beganMs + sliceMs;
      this.idle.add(worker);
      if (job.leftMs! <= 0) this.finish(worker, job);
      // at once: the next one begins at this time, whenever the test's clock stops next
      this.dispatch();
    });
  }

  private finish(worker: number, job: BusyJob): void {
    this.parked[worker] = this.parked[worker]!.filter((one) => one !== job);
    const { kind, input, waitMs, modelMs, settle } = job;
    void this.cheap
      .submit(kind, input)
      .then(({ output }) => settle.resolve({ output, waitMs, modelMs }), settle.reject);
  }
}
