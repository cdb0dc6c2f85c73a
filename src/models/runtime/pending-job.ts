import type { JobInput, JobKind, JobOptions, JobOutput, JobResult } from '../../inference/inference-pool';
import type { Schedulable } from './scheduling';
import { type StepTime, threadClockMs } from './worker-messages';

/** A job from its submission to its result, on the pool's side. */
export class PendingJob implements Schedulable {
  readonly sessionId: string;
  readonly jobClass: JobOptions['jobClass'];
  readonly bytes: number;
  /** On `threadClockMs`. */
  readonly deadlineAtMs: number;
  readonly input: JobInput<JobKind>;
  readonly result: Promise<JobResult<JobKind>>;
  /** Workers that ended while they had this job, or one beside it. */
  crashes = 0;
  /** Nobody waits for it any more: it is not gone on with. */
  isUnwanted = false;
  /** Sum of the steps in the worker that has it now. */
  private modelMs = 0;
  /** Waits for a worker: from the submission, and for a job that was begun before, from the end of its last step. */
  private waitMs = 0;
  private waitingSinceMs = threadClockMs();
  private settle!: { resolve(result: JobResult<JobKind>): void; reject(error: Error): void };

  constructor(
    readonly id: number,
    readonly kind: JobKind,
    input: JobInput<JobKind>,
    readonly options: JobOptions,
  ) {
    this.input = compact(input);
    this.sessionId = options.sessionId;
    this.jobClass = options.jobClass;
    this.bytes = bytesOf(input);
    this.deadlineAtMs = this.waitingSinceMs + (options.startWithinMs ?? Infinity);
    this.result = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** It runs in steps, so that others can go in between, or may be what ended a worker. */
  get alone(): boolean {
    return this.kind === 'transcript' || this.crashes > 0;
  }

  /** Some of it is done. What passes between its end and our hearing of it is neither wait nor model. */
  worked({ beganAtMs, ms }: StepTime): void {
    this.waitMs += Math.max(0, beganAtMs - this.waitingSinceMs);
    this.modelMs += ms;
    this.waitingSinceMs = beganAtMs + ms;
  }

  /** Begins anew in another worker; what the lost one did counts as waiting. */
  restart(): void {
    this.modelMs = 0;
  }

  resolve(output: unknown): void {
    this.settle.resolve({ output: output as JobOutput<JobKind>, waitMs: this.waitMs, modelMs: this.modelMs });
  }

  reject(error: Error): void {
    this.settle.reject(error);
  }
}

/** Of a view into a larger buffer only the part it shows: a message to a worker carries whole buffers. */
function compact(input: JobInput<JobKind>): JobInput<JobKind> {
  const isPart = (value: unknown): value is View =>
    ArrayBuffer.isView(value) && value.byteLength !== value.buffer.byteLength;
  const entries = Object.entries(input);
  if (!entries.some(([, value]) => isPart(value))) return input;
  return Object.fromEntries(entries.map(([name, value]) => [name, isPart(value) ? value.slice() : value])) as never;
}

type View = Float32Array | Int16Array | Uint8Array;

function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, each) => sum + bytesOf(each), 0);
}
