import type { RapportError } from '@rapport-live/protocol';
import type { Lease } from './leases';
import type { Commit, RecordSource } from './record-source';
import type { SeenIds } from './seen-ids';

export interface CommitterDeps {
  readonly source: Pick<RecordSource, 'commit'>;
  readonly seen: Pick<SeenIds, 'flush'>;
  readonly due: () => readonly (Commit & { readonly lease: Lease })[];
  readonly everyMs: number;
  readonly onTrouble: (error: RapportError) => void;
}

/** Longest wait for the last commit, ms. */
const LAST_COMMIT_MS = 5_000;

/**
 * Commits what was worked off, `everyMs` after it was, one commit at a time. Ids first: an offset that is committed
 * promises that doubles of what lies before it are known.
 */
export class Committer {
  private timer: NodeJS.Timeout | undefined;
  private committing: Promise<void> | undefined;
  private lastMs = -Infinity;
  private isStopped = false;

  constructor(private readonly deps: CommitterDeps) {}

  /** There is something to commit. */
  touched(): void {
    if (this.timer !== undefined || this.committing !== undefined || this.isStopped) return;
    const waitMs = Math.max(0, this.lastMs + this.deps.everyMs - performance.now());
    this.timer = setTimeout(() => this.begin(), waitMs);
  }

  /** Nothing can be committed any more. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Commits what is left. What the broker does not take comes again: its id may be known. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.committing;
    if (this.isStopped) return;
    this.stop();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_COMMIT_MS)));
    await Promise.race([this.commit(), late]);
    clearTimeout(timer);
  }

  private begin(): void {
    this.timer = undefined;
    this.lastMs = performance.now();
    this.committing = this.commit().finally(() => {
      this.committing = undefined;
      if (this.deps.due().length > 0) this.touched();
    });
  }

  private async commit(): Promise<void> {
    const { source, seen, due, onTrouble } = this.deps;
    try {
      const before = due();
      await seen.flush();
      const commits = before.filter(({ lease }) => !lease.isRevoked);
      if (commits.length === 0) return;
      const named = commits.map(({ topic, partition, next, note }) => ({ topic, partition, next, note }));
      if (!(await source.commit(named))) return;
      for (const { lease, next } of commits) lease.committed = next;
    } catch (error) {
      onTrouble(error as RapportError);
    }
  }
}
