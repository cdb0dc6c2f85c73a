/** Remembers ids, so that what comes twice can be dropped. */
export interface SeenIds {
  open(): Promise<void>;
  /**
   * The offset of the record that had this id first; undefined where none is remembered, -1 where the offset is not. The
   * partition need not be told: events of one key lie in one.
   */
  offsetOf(id: string): number | undefined;
  add(id: string, offset: number): void;
  /** So many of the newest are known from now on at least, whatever the bound says. */
  reserve(ids: number): void;
  /** Resolves once what was added is as safe as it will be. Called before offsets are committed. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SeenBounds {
  readonly maxIds: number;
  readonly maxAgeMs: number;
}

/** An id with the offset of the record that had it first. */
export type SeenId = readonly [id: string, offset: number];

/**
 * The newest ids: always the newest half of the bound that are no older than half the age, at most the whole of both. Two
 * generations: when the younger holds half the bound, or is half the age, the older is forgotten.
 */
export class MemorySeenIds implements SeenIds {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private turnedMs: number;
  /** Most ids of a generation. */
  private half: number;

  constructor(
    private readonly bounds: SeenBounds,
    private readonly now: () => number = Date.now,
    /** The younger generation became the older one. */
    private readonly onTurn: () => void = () => undefined,
  ) {
    this.turnedMs = now();
    this.half = Math.ceil(bounds.maxIds / 2);
  }

  async open(): Promise<void> {}

  /** The generations of before, each oldest first: what one holds beyond half the bound, which was larger then, is forgotten. */
  restore(old: readonly SeenId[], young: readonly SeenId[]): void {
    this.old = new Map(old.slice(-this.half));
    this.young = new Map(young.slice(-this.half));
  }

  reserve(ids: number): void {
    this.half = Math.max(Math.ceil(this.bounds.maxIds / 2), ids);
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  offsetOf(id: string): number | undefined {
    this.turnIfDue();
    return this.young.get(id) ?? this.old.get(id);
  }

  add(id: string, offset: number): void {
    this.turnIfDue();
    this.young.set(id, offset);
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  private turnIfDue(): void {
    const nowMs = this.now();
    if (this.young.size < this.half && nowMs - this.turnedMs < this.bounds.maxAgeMs / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.turnedMs = nowMs;
    this.onTurn();
  }
}
