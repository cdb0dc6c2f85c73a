import { JOB_CLASSES, type JobClass } from '../../inference/inference-pool';

const NOTHING = JOB_CLASSES.length;
const CLOSING = -1;

/**
 * The most urgent class of job that waits in the pool, in memory that its workers see: between two steps a worker looks
 * here whether to make room, instead of asking. A message each way and two threads woken cost more than most steps.
 */
export class WaitingClass {
  readonly #cell: Int32Array;

  /** `memory`: what another thread shows as its `memory`. */
  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#cell = new Int32Array(memory);
  }

  /** Undefined: nothing waits. */
  set(mostUrgent: JobClass | undefined): void {
    Atomics.store(this.#cell, 0, mostUrgent === undefined ? NOTHING : JOB_CLASSES.indexOf(mostUrgent));
  }

  /** From now on everything makes room. */
  close(): void {
    Atomics.store(this.#cell, 0, CLOSING);
  }

  /** Something more urgent than a job of this class waits. */
  isBefore(jobClass: JobClass): boolean {
    return Atomics.load(this.#cell, 0) < JOB_CLASSES.indexOf(jobClass);
  }
}
