/** Remembers ids, so that what comes twice can be dropped. */
export interface SeenIds {
  open(): Promise<void>;
  has(id: string): boolean;
  add(id: string): void;
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
  private young = new Set<string>();
  private old = new Set<string>();
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

  has(id: string): boolean {
    this.turnIfDue();
    return this.young.has(id) || this.old.has(id);
  }

  add(id: string): void {
    this.turnIfDue();
    this.young.add(id);
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  private turnIfDue(): void {
    const { maxIds, maxAgeMs } = this.bounds;
    const nowMs = this.now();
    if (this.young.size < maxIds / 2 && nowMs - this.turnedMs < maxAgeMs / 2) return;
    this.old = this.young;
    this.young = new Set();
    this.turnedMs = nowMs;
    this.onTurn();
  }
}
