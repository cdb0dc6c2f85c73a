import type { RapportError } from '@rapport-live/protocol';
import { beginnings, commitNote } from './beginnings';
import { Committer } from './committer';
import { EventBuffer, type Taken } from './event-buffer';
import { type Lease, Leases } from './leases';
import type { ConsumerBounds, EventsOptions, PartitionName } from './options';
import type { RawRecord, RecordSource, SourceListener } from './record-source';
import type { SeenIds } from './seen-ids';

export interface IterationDeps {
  readonly source: RecordSource;
  readonly bounds: ConsumerBounds;
  readonly seen: SeenIds;
  /** With `storedOffsets`, so many records before the stored one are read for their ids. */
  readonly learnRecords: number;
  readonly onTrouble: (error: RapportError) => void;
}

/** Wait between two tries to find out where partitions begin, ms. */
const BEGIN_AGAIN_MS = 500;
/** The tries before are nobody's business. */
const TOLD_FROM_ATTEMPT = 4;

/** One loop over events: which partitions are ours, what was read of them, and how far it was worked off. */
export class Iteration implements SourceListener {
  private readonly leases = new Leases();
  private readonly buffer: EventBuffer;
  private readonly committer: Committer;
  private readonly ending = new AbortController();

  constructor(
    private readonly deps: IterationDeps,
    private readonly options: EventsOptions,
  ) {
    const { source, bounds, onTrouble } = deps;
    this.buffer = new EventBuffer(bounds, (held) => source.hold(held));
    const due = (): ReturnType<Leases['due']> => this.leases.due(commitNote(options.from));
    const ids = { flush: () => this.keepIds() };
    this.committer = new Committer({ source, seen: ids, due, everyMs: bounds.commitEveryMs, onTrouble });
  }

  /** The next record that is ours, at once if it is there. Undefined at the end; throws what ended it. */
  take(): Taken | undefined {
    return this.buffer.take();
  }

  next(): Promise<Taken | undefined> {
    return this.buffer.next();
  }

  workedOff(lease: Lease, offset: number): void {
    this.idAdded(lease, offset);
    lease.next = offset + 1;
    this.committer.touched();
  }

  /** The id of this record is remembered, and of all before it. */
  idAdded(lease: Lease, offset: number): void {
    lease.idsTo = offset + 1;
  }

  /**
   * Whether this record may take effect before ids are kept: with `storedOffsets`, ids that a killed process had not kept are
   * learned from the records before the stored one, so it is never further ahead of what is kept than those reach.
   */
  mayHandOut(lease: Lease, offset: number): boolean {
    const { learnRecords } = this.deps;
    const isLearnt = this.options.storedOffsets !== undefined && learnRecords > 0;
    return !isLearnt || offset + 1 - lease.idsKeptTo <= learnRecords;
  }

  /** Rejects with `store_failed`. */
  async keepIds(): Promise<void> {
    const marks = this.leases.idMarks();
    await this.deps.seen.flush();
    marks.kept();
  }

  /** Fires when no record is handed out any more. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** What a wait came to; undefined where the end came first. */
  unlessOver<T>(waited: Promise<T>): Promise<T | undefined> {
    return waited.catch((error: unknown) => {
      if (this.signal.aborted) return undefined;
      throw error;
    });
  }

  /** No record is handed out any more. */
  end(failure?: unknown): void {
    this.buffer.end(failure);
    this.ending.abort();
  }

  /** What was worked off is committed, if the broker takes it. */
  async close(): Promise<void> {
    this.end();
    await this.committer.close();
  }

  onAssigned(assigned: readonly (PartitionName & { readonly kept: boolean })[]): void {
    const gained = this.leases.assign(assigned);
    if (this.options.storedOffsets !== undefined) this.deps.seen.reserve(this.deps.learnRecords * assigned.length);
    this.buffer.dropRevoked();
    if (gained.length > 0) void this.begin(gained);
  }

  onRecords(partition: PartitionName, records: readonly RawRecord[]): void {
    const lease = this.leases.of(partition);
    if (lease !== undefined) this.buffer.push(lease, records);
  }

  onFailed(error: RapportError): void {
    this.committer.stop();
    this.end(error);
  }

  onTrouble(error: RapportError): void {
    this.deps.onTrouble(error);
  }

  /** Tries until it succeeds or they are not ours any more; what the user's own store throws ends the loop. */
  private async begin(gained: readonly Lease[]): Promise<void> {
    const { source, onTrouble } = this.deps;
    const { storedOffsets } = this.options;
    // A store holds how far it is, not which ids it has: those are read once more.
    const learnRecords = storedOffsets === undefined ? 0 : this.deps.learnRecords;
    let failure: unknown;
    const options = {
      ...this.options,
      storedOffsets: storedOffsets && ((names: readonly PartitionName[]) => storedOffsets(names).catch(keep)),
    };
    function keep(error: unknown): never {
      failure = error;
      throw error;
    }
    for (let attempt = 1; ; attempt += 1) {
      const ours = gained.filter(({ isRevoked }) => !isRevoked);
      if (ours.length === 0 || this.signal.aborted) return;
      try {
        const names = ours.map(({ topic, partition }) => ({ topic, partition }));
        const found = await beginnings(source, names, options, onTrouble);
        for (const { topic, partition, low, next, committed, note } of found) {
          const lease = this.leases.of({ topic, partition });
          if (lease === undefined || !ours.includes(lease)) continue;
          lease.next = next;
          lease.handOutFrom = next;
          lease.committed = note === commitNote(this.options.from) ? committed : undefined;
          const learnFrom = Math.max(low, next - learnRecords);
          lease.idsTo = lease.idsKeptTo = learnFrom;
          source.begin(lease, learnFrom);
        }
        // where it begins is committed too: a member that gains the partition next begins there, and not at its own "latest"
        this.committer.touched();
        return;
      } catch (error) {
        if (failure !== undefined) return this.end(failure);
        // just after a start a broker says for a moment that it knows no group
        if (attempt >= TOLD_FROM_ATTEMPT) onTrouble(error as RapportError);
        await new Promise((resolve) => setTimeout(resolve, BEGIN_AGAIN_MS));
      }
    }
  }
}
