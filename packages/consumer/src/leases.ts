import type { PartitionName } from './options';
import type { Commit } from './record-source';

/** A partition while it is ours. */
export interface Lease extends PartitionName {
  isRevoked: boolean;
  /** What lies before is read for its ids alone: it took effect before. */
  handOutFrom: number;
  /** The next offset that is not worked off; undefined until it is known where the partition begins. */
  next: number | undefined;
  /** What the group has of it. */
  committed: number | undefined;
  /** Ids of all records before it that were read were added to those that are remembered. */
  idsTo: number;
  /** Before it, they were kept too: as safe as they will be. */
  idsKeptTo: number;
}

const nameOf = ({ topic, partition }: PartitionName): string => `${topic}|${partition}`;

/** Which partitions are ours, and how far each is worked off. What was taken away is never committed: it is another's. */
export class Leases {
  private readonly leases = new Map<string, Lease>();

  /** Gives the partitions that have to begin anew: all but those that were ours all the time. */
  assign(assigned: readonly (PartitionName & { readonly kept: boolean })[]): Lease[] {
    const kept = new Set(assigned.filter((one) => one.kept).map(nameOf));
    for (const [name, lease] of this.leases) {
      if (kept.has(name) && lease.next !== undefined) continue;
      lease.isRevoked = true;
      this.leases.delete(name);
    }
    const gained: Lease[] = [];
    for (const { topic, partition } of assigned) {
      if (this.leases.has(nameOf({ topic, partition }))) continue;
      const lease: Lease = {
        ...{ topic, partition, isRevoked: false, handOutFrom: 0, next: undefined, committed: undefined },
        ...{ idsTo: 0, idsKeptTo: 0 },
      };
      this.leases.set(nameOf(lease), lease);
      gained.push(lease);
    }
    return gained;
  }

  of(partition: PartitionName): Lease | undefined {
    return this.leases.get(nameOf(partition));
  }

  get names(): PartitionName[] {
    return [...this.leases.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Those of now, and how far ids of each were added: to be told `kept` once they are. */
  idMarks(): { readonly kept: () => void } {
    const marks = [...this.leases.values()].map((lease) => ({ lease, idsTo: lease.idsTo }));
    return { kept: () => marks.forEach(({ lease, idsTo }) => (lease.idsKeptTo = Math.max(lease.idsKeptTo, idsTo))) };
  }

  /** Everything worked off and not committed. */
  due(note: string): (Commit & { readonly lease: Lease })[] {
    return [...this.leases.values()].flatMap((lease) => {
      const { topic, partition, next, committed } = lease;
      return next === undefined || next === committed ? [] : [{ topic, partition, next, note, lease }];
    });
  }
}
