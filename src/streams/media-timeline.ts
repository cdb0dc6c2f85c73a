/** From `ordinal` on, samples follow each other in media time from `media` (both in samples). */
interface Segment {
  readonly ordinal: number;
  readonly media: number;
  /** Too far from what came before to be heard as one: voice activity starts anew. */
  readonly hard: boolean;
}

/** Receives a stretch of samples, contiguous in both counts. */
export type StretchVisitor = (ordinal: number, count: number, media: number) => void;

/**
 * Where the samples of one voice stream lie in media time: a list of anchors over ordinals (see `PcmRing`), one for
 * each jump of the time stamps. Gaps and jumps are numbers here, never samples.
 */
export class MediaTimeline {
  readonly #segments: Segment[] = [];

  get segmentCount(): number {
    return this.#segments.length;
  }

  /** Samples from `ordinal` (the head) on lie at `media`. */
  anchor(ordinal: number, media: number, hard: boolean): void {
    const last = this.#segments.at(-1);
    if (last?.ordinal === ordinal) this.#segments.pop();
    this.#segments.push({ ordinal, media, hard: hard || (last?.ordinal === ordinal && last.hard) });
  }

  /** Media sample of an ordinal; of a boundary, the later side. Undefined before the first anchor. */
  mediaAt(ordinal: number): number | undefined {
    for (let i = this.#segments.length - 1; i >= 0; i -= 1) {
      const segment = this.#segments[i]!;
      if (segment.ordinal <= ordinal) return segment.media + ordinal - segment.ordinal;
    }
    return undefined;
  }

  /** What is at `ordinal`, or comes there, is not heard as one with what is in front of it. */
  breakAt(ordinal: number): void {
    const behind = this.#segments.findIndex((s) => s.ordinal > ordinal);
    const at = (behind === -1 ? this.#segments.length : behind) - 1;
    const segment = this.#segments[at];
    if (segment === undefined) return;
    const media = segment.media + ordinal - segment.ordinal;
    this.#segments.splice(at + (segment.ordinal === ordinal ? 0 : 1), segment.ordinal === ordinal ? 1 : 0, {
      ordinal,
      media,
      hard: true,
    });
  }

  startsHard(ordinal: number): boolean {
    return this.#segments.some((s) => s.ordinal === ordinal && s.hard);
  }

  /** Ordinal of the first hard start behind `ordinal`, or Infinity. */
  nextHardStart(ordinal: number): number {
    for (const s of this.#segments) if (s.hard && s.ordinal > ordinal) return s.ordinal;
    return Infinity;
  }

  /** Ordinal of the first anchor behind `ordinal`, or Infinity: up to there samples follow each other. */
  nextStart(ordinal: number): number {
    for (const s of this.#segments) if (s.ordinal > ordinal) return s.ordinal;
    return Infinity;
  }

  /** Visits the samples of ordinals [from, to) that lie in media [start, end), in order of arrival. */
  within(start: number, end: number, from: number, to: number, visit: StretchVisitor): void {
    for (let i = 0; i < this.#segments.length; i += 1) {
      const segment = this.#segments[i]!;
      const shift = segment.media - segment.ordinal;
      const first = Math.max(segment.ordinal, from, start - shift);
      const last = Math.min(this.#segments[i + 1]?.ordinal ?? to, to, end - shift);
      if (last > first) visit(first, last - first, first + shift);
    }
  }

  /** First ordinal of [from, to) whose sample lies at or behind media `released`; `to` when there is none. */
  firstAtOrAfter(released: number, from: number, to: number): number {
    for (let i = 0; i < this.#segments.length; i += 1) {
      const segment = this.#segments[i]!;
      const end = Math.min(this.#segments[i + 1]?.ordinal ?? to, to);
      const first = Math.max(segment.ordinal, from, released - segment.media + segment.ordinal);
      if (first < end) return first;
    }
    return to;
  }

  /** Forgets what only ordinals below `ordinal` need. */
  prune(ordinal: number): void {
    let stale = 0;
    while (stale + 1 < this.#segments.length && this.#segments[stale + 1]!.ordinal <= ordinal) stale += 1;
    if (stale > 0) this.#segments.splice(0, stale);
  }
}
