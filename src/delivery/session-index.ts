import type { Place } from './read-places';
import type { DurableRecord } from './session-result';

/** What is kept in memory of one session: which ids it has, where its newest records lie, and who listens. */
export class SessionIndex {
  /** Ids of durable records, oldest first. */
  private readonly ids = new Set<string>();
  /** Where each record lies and how long it is: numbers alone, since an object of each outlives the collector's young days. */
  private positions: number[] = [];
  private sizes: number[] = [];
  private firstSeq = 1;
  /** Appends on their way to the disk, by id. */
  readonly pending = new Map<string, Promise<unknown>>();
  readonly listeners = new Set<SessionListener>();
  /** Takes no more appends. */
  isClosing = false;
  /** And none is on its way any more. */
  isClosed = false;

  constructor(private readonly maxRecords: number) {}

  /** Seq of the newest durable record; 0 before the first. */
  get lastSeq(): number {
    return this.firstSeq + this.positions.length - 1;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** A record that became durable, or was found so. After a hole in the log (a removed segment) only what follows counts. */
  add(seq: number, id: string, { position, bytes }: Place): void {
    if (seq !== this.lastSeq + 1) {
      this.positions = [];
      this.sizes = [];
      this.firstSeq = seq;
    }
    this.ids.add(id);
    this.positions.push(position);
    this.sizes.push(bytes);
    // An eighth more than the bound before the oldest go, so that an append does not move the whole list.
    const count = this.positions.length;
    if (count > this.maxRecords * 1.125) this.dropOldest(count - this.maxRecords);
  }

  /** The places of up to `limit` records from `seq` on; null when they are no longer known. */
  placesFrom(seq: number, limit: number): readonly Place[] | null {
    if (seq < this.firstSeq) return null;
    const from = seq - this.firstSeq;
    const sizes = this.sizes.slice(from, from + limit);
    return sizes.map((bytes, i) => ({ position: this.positions[from + i]!, bytes }));
  }

  /** Retention has removed what lies below. */
  dropBelow(position: number): void {
    const kept = this.positions.findIndex((of) => of >= position);
    if (kept !== 0) this.dropPlaces(kept < 0 ? this.positions.length : kept);
  }

  private dropOldest(count: number): void {
    this.dropPlaces(count);
    for (const id of this.ids) {
      if (this.ids.size <= this.maxRecords) break;
      this.ids.delete(id);
    }
  }

  private dropPlaces(count: number): void {
    this.positions.splice(0, count);
    this.sizes.splice(0, count);
    this.firstSeq += count;
  }
}

export interface SessionListener {
  onRecord(record: DurableRecord): void;
  onClosed(): void;
}
