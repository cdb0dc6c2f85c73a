/** The 95th percentile of what was observed lately, in a ring of fixed size. Pure. */
export class SlidingP95 {
  private readonly atMs: Float64Array;
  private readonly values: Float64Array;
  private next = 0;
  private count = 0;

  constructor(
    private readonly windowMs: number,
    maxObservations: number,
  ) {
    this.atMs = new Float64Array(maxObservations);
    this.values = new Float64Array(maxObservations);
  }

  observe(nowMs: number, value: number): void {
    this.atMs[this.next] = nowMs;
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.values.length;
    this.count = Math.min(this.count + 1, this.values.length);
  }

  /** Nearest rank; 0 when nothing was observed in the window. */
  at(nowMs: number): number {
    const recent: number[] = [];
    for (let i = 0; i < this.count; i += 1) {
      if (nowMs - this.atMs[i]! < this.windowMs) recent.push(this.values[i]!);
    }
    recent.sort((a, b) => a - b);
    return recent[Math.ceil(recent.length * 0.95) - 1] ?? 0;
  }
}
