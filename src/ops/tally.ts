/** Counts under a closed list of labels; what is not on the list counts as the last one. Adding allocates nothing. */
export class Tally<L extends string = string> {
  private readonly places: ReadonlyMap<string, number>;
  private readonly counts: Float64Array;

  constructor(readonly labels: readonly L[]) {
    this.places = new Map(labels.map((label, place) => [label, place]));
    this.counts = new Float64Array(labels.length);
  }

  add(label: string, by = 1): void {
    const place = this.places.get(label) ?? this.counts.length - 1;
    this.counts[place]! += by;
  }

  entries(): (readonly [L, number])[] {
    return this.labels.map((label, place) => [label, this.counts[place]!] as const);
  }
}

export interface Buckets {
  /** [upper bound in seconds, observations up to it], then [Infinity, all]. */
  readonly cumulative: readonly (readonly [number, number])[];
  readonly sumSeconds: number;
  readonly count: number;
}

/** Durations by buckets with fixed upper bounds. Observing allocates nothing. */
export class DurationHistogram {
  private readonly counts: Float64Array;
  /** In an array, since a number in a field may be a new object each time it changes. */
  private readonly sum = new Float64Array(1);

  constructor(private readonly boundsSeconds: readonly number[]) {
    this.counts = new Float64Array(boundsSeconds.length + 1);
  }

  observeMs(ms: number): void {
    const seconds = ms / 1000;
    let at = 0;
    while (at < this.boundsSeconds.length && seconds > this.boundsSeconds[at]!) at += 1;
    this.counts[at]! += 1;
    this.sum[0]! += seconds;
  }

  read(): Buckets {
    let count = 0;
    const cumulative = [...this.boundsSeconds, Infinity].map(
      (bound, at) => [bound, (count += this.counts[at]!)] as const,
    );
    return { cumulative, sumSeconds: this.sum[0]!, count };
  }
}

/** Upper bound of the bucket in which so much of all lies, ms; null without any, or beyond the last bound. */
export function quantileMs({ cumulative, count }: Buckets, share: number): number | null {
  if (count === 0) return null;
  const bound = cumulative.find(([, upTo]) => upTo >= share * count)?.[0] ?? Infinity;
  return Number.isFinite(bound) ? bound * 1000 : null;
}
