import type { JobInput, JobKind, JobOptions, JobOutput, JobResult } from '../../inference/inference-pool';
import type { Schedulable } from './scheduling';
import { type StepTime, threadClockMs } from './worker-messages';

/** A job from its submission to its result, on the pool's side. */
export class PendingJob implements Schedulable {
  readonly sessionId: string;
  readonly jobClass: JobOptions['jobClass'];
  readonly bytes: number;
  readonly result: Promise<JobResult<JobKind>>;
  /** Workers that ended while this job ran in them. */
  crashes = 0;
  /** Sum of the steps in the worker that has it now. */
  private modelMs = 0;
  /** Waits for a worker: from the submission, and for a job that was begun before, from the end of its last step. */
  private waitMs = 0;
  private waitingSinceMs = threadClockMs();
  private settle!: { resolve(result: JobResult<JobKind>): void; reject(error: Error): void };

  constructor(
    readonly id: number,
    readonly kind: JobKind,
    /** The pool's own: nothing outside can change it. */
    readonly input: JobInput<JobKind>,
    options: JobOptions,
  ) {
    this.sessionId = options.sessionId;
    this.jobClass = options.jobClass;
    this.bytes = bytesOf(input);
    this.result = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** A step is over. What passes between its end and our hearing of it is neither wait nor model. */
  stepped({ beganAtMs, ms }: StepTime): void {
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

/**
 * The input as the pool's own: buffers handed over in `transfer` are moved, everything else is copied, and of a view
 * into a larger buffer only the part it shows.
 */
export function ownInput<T>(input: T, transfer: readonly ArrayBuffer[]): T {
  const moved = new Set<ArrayBufferLike>(transfer);
  const views = mapViews(input, (view) => {
    if (moved.has(view.buffer)) return view;
    const copy = view.slice();
    moved.add(copy.buffer);
    return copy;
  });
  return structuredClone(views, { transfer: [...moved] as ArrayBuffer[] });
}

type View = Float32Array | Int16Array | Uint8Array;

function mapViews<T>(value: T, map: (view: View) => View): T {
  if (ArrayBuffer.isView(value)) return map(value as unknown as View) as T;
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapViews(each, map)])) as T;
}

function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, each) => sum + bytesOf(each), 0);
}
