/** Most marks kept; more only come while the consumer is stuck, and are merged into the last. */
const MAX_MARKS = 64;

/** Remembers when the watermark passed each hop's end, which may be long before there is room to hand the hop out. */
export class ReleaseMarks {
  readonly #marks: { watermarkMs: number; atMs: number }[] = [];
  #lastHop: number;

  constructor(
    private readonly hopMs: number,
    firstHop = 0,
  ) {
    this.#lastHop = firstHop;
  }

  passed(watermarkMs: number, atMs: number): void {
    const hop = Math.floor(watermarkMs / this.hopMs);
    if (hop <= this.#lastHop) return;
    this.#lastHop = hop;
    const last = this.#marks.at(-1);
    if (last !== undefined && this.#marks.length === MAX_MARKS) last.watermarkMs = watermarkMs;
    else this.#marks.push({ watermarkMs, atMs });
  }

  /** When the watermark passed `hopEndMs`. Ask in order: older marks are forgotten. */
  take(hopEndMs: number, fallbackMs: number): number {
    while (this.#marks.length > 0 && this.#marks[0]!.watermarkMs < hopEndMs) this.#marks.shift();
    return this.#marks[0]?.atMs ?? fallbackMs;
  }
}
