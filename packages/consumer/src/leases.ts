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
      const lease: Lease = { topic, partition, isRevoked: false, handOutFrom: 0, next: undefined, committed: undefined }; // prettier-ignore
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

  /** Everything worked off and not committed. */
  due(note: string): (Commit & { readonly lease: Lease })[] {
    return [...this.leases.values()].flatMap((lease) => {
      const { topic, partition, next, committed } = lease;
      return next === undefined || next === committed ? [] : [{ topic, partition, next, note, lease }];
    });
  }
}
