/** Remembers ids, so that what comes twice can be dropped. */
export interface SeenIds {
  open(): Promise<void>;
  /**
   * The offset of the record that had this id first; undefined where none is remembered, -1 where the offset is not. The
   * partition need not be told: events of one key lie in one.
   */
  offsetOf(id: string): number | undefined;
  add(id: string, offset: number): void;
  /** Resolves once what was added is as safe as it will be. Called before offsets are committed. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SeenBounds {
  readonly maxIds: number;
  readonly maxAgeMs: number;
}

/** The newest ids. Two generations: when the younger holds half the bound, or is half the age, the older is forgotten. */
export class MemorySeenIds implements SeenIds {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private turnedMs: number;

  constructor(
    private readonly bounds: SeenBounds,
    private readonly now: () => number = Date.now,
    /** The younger generation became the older one. */
    private readonly onTurn: () => void = () => undefined,
  ) {
    this.turnedMs = now();
  }

  async open(): Promise<void> {}

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
    const { maxIds, maxAgeMs } = this.bounds;
    const nowMs = this.now();
    if (this.young.size < maxIds / 2 && nowMs - this.turnedMs < maxAgeMs / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.turnedMs = nowMs;
    this.onTurn();
  }
}
