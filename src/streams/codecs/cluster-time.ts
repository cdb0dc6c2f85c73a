import { MAX_STEP_MS } from './demuxer';

/**
 * Times of WebM blocks, which count from their cluster's (RFC 9559, 5.1.3). Behind a cluster whose head was lost they go
 * on without a step: within a payload they tell how far apart packets are, and where they belong its time stamp says. So
 * they do where a time is damaged.
 */
export class ClusterTime {
  /** Of this recording; none so far. */
  ticksPerMs = 1;
  /** Where the last block ends, with its sound. */
  #endMs = 0;
  /** A block of this recording was there. */
  #begun = false;
  #base = 0;
  #isBaseLost = false;
  /** From the cluster that lost its head to those behind it, ticks. */
  #offset = 0;

  /** A new recording. */
  restart(): void {
    this.ticksPerMs = 1;
    this.#offset = 0;
    this.#isBaseLost = false;
    this.#begun = false;
  }

  /** Bytes were lost, and what follows is a cluster's head, or one of its blocks. */
  goesOn(at: 'head' | 'block'): void {
    this.#isBaseLost = at === 'block';
  }

  /** A cluster's own time. False when it is out of range. */
  begin(ticks: number): boolean {
    if (this.#isBaseLost) this.#offset = this.#endMs * this.ticksPerMs - ticks;
    this.#isBaseLost = false;
    this.#base = ticks + this.#offset;
    return Number.isFinite(this.#base);
  }

  /** Whether a block with this relative time is where one may be; else times go on without a step from here. */
  reaches(ticks: number): boolean {
    if (!this.#begun || Math.abs(this.of(ticks) - this.#endMs) <= MAX_STEP_MS) return true;
    const base = this.#endMs * this.ticksPerMs - ticks;
    this.#offset += base - this.#base;
    this.#base = base;
    return false;
  }

  /** ms of a block with this relative time. */
  of(ticks: number): number {
    return (this.#base + ticks) / this.ticksPerMs;
  }

  ended(atMs: number): void {
    this.#endMs = atMs;
    this.#begun = true;
  }
}
