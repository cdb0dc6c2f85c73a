import type { SessionStart } from '@rapport-live/protocol';
import type { SessionIdentity } from '../../delivery/session-result';
import type { StreamSpec } from '../../facts/media-chunk';
import { initialState } from '../../fusion/session-state';
import type { StreamStart } from '../../streams/resume/restored-streams';
import type { AckedPoint, StreamPoint } from '../../streams/resume/stream-points';
import type { SessionClock } from '../../streams/session-clock';
import type { SessionSnapshot } from './session-snapshot';
import type { SnapshotStore } from './snapshot-files';

/** Least wall time between two snapshots of a session whose results go on, ms: with the longest utterance it is what a
 * client must be able to send again. */
const EVERY_MS = 2000;
/** The same of one in which nothing comes, ms. */
const QUIET_EVERY_MS = 30_000;

export interface CheckpointDeps {
  readonly clock: SessionClock;
  /** Absent: nothing is kept over the end of the process, and what is worked off is acknowledged at once. */
  readonly snapshots?: SnapshotStore;
  readonly identity: SessionIdentity;
  readonly epoch: number;
  readonly start: SessionStart;
  /** Wall clock, RFC 3339. */
  readonly startedAt: string;
  readonly specs: () => readonly StreamSpec[];
  readonly starts: () => readonly StreamStart[];
  /** Whether one of its streams takes nothing more. */
  readonly hasEnded: () => boolean;
  /** Media that no process needs any more. */
  readonly onAcked: (points: readonly AckedPoint[]) => void;
  readonly onFault: (error: unknown) => void;
}

/** The work that a snapshot stands for. */
export type WorkDone = Pick<SessionSnapshot, 'hopEndMs' | 'resultSeq' | 'state'>;

/** As far as another process would go on elsewhere. */
interface Gist {
  readonly resultSeq: number;
  readonly seqs: string;
  readonly ended: number;
}

const gistOf = ({ resultSeq }: WorkDone, starts: readonly StreamStart[]): Gist => ({
  // the first result says that the session has begun, as its first snapshot does
  resultSeq: Math.max(1, resultSeq),
  seqs: starts.map(({ seq }) => seq).join(),
  ended: starts.filter((start) => start.ended).length,
});

/**
 * Keeps the snapshot of one session that another process would go on from (rule 8), and acknowledges media only once
 * such a snapshot is durable: what a client may forget can be needed by nobody.
 */
export class Checkpoints {
  private done: WorkDone;
  private door: unknown = null;
  private isGone = false;
  /** Where its streams stood at the end. */
  private ended: readonly StreamStart[] | undefined;
  private newestMs = -Infinity;
  /** Undoes the timer of one that is to come; undefined: there is none. */
  private cancelSoon: (() => void) | undefined;
  /** What the newest says, for whatever reason it was written. */
  private written: Gist | undefined;

  constructor(
    private readonly deps: CheckpointDeps,
    before: WorkDone & Partial<Pick<SessionSnapshot, 'door'>>,
  ) {
    const { hopEndMs, resultSeq, state, door = null } = before;
    this.done = { hopEndMs, resultSeq, state };
    this.door = door;
  }

  /** The results of a hop are durable. */
  worked(done: WorkDone): void {
    if (done.hopEndMs <= this.done.hopEndMs) return; // of a process before, once more
    this.done = done;
    const { clock, snapshots, onFault } = this.deps;
    if (snapshots === undefined) return this.acked(this.deps.starts());
    const sinceMs = clock.nowMs() - this.newestMs;
    // where its streams stand is not even looked up
    if (sinceMs < EVERY_MS && !this.deps.hasEnded()) return;
    const starts = this.deps.starts();
    const now = gistOf(done, starts);
    const isSame = now.resultSeq === this.written?.resultSeq && now.seqs === this.written.seqs;
    // Behind a stream that has ended there may be no hop that would bring the next.
    const isDue = now.ended > (this.written?.ended ?? 0);
    if (!isDue && sinceMs < (isSame ? QUIET_EVERY_MS : EVERY_MS)) return;
    void this.write(snapshots, starts, now).catch(onFault);
  }

  /** The newest that is known, at once. Resolves once it is durable. */
  async now(): Promise<void> {
    const { snapshots, starts } = this.deps;
    if (this.isGone || snapshots === undefined) return;
    await this.write(snapshots, this.ended ?? starts());
  }

  /**
   * Nothing may come for a while. One that is no older than those of a session that runs will do: else a network that comes and
   * goes would have the disk write for each time.
   */
  async pausing(): Promise<void> {
    if (this.deps.clock.nowMs() - this.newestMs >= EVERY_MS) await this.now();
  }

  /** What the door keeps of the session has changed. Resolves once that is durable. */
  async keepDoor(door: unknown): Promise<void> {
    this.door = door;
    await this.now();
  }

  /** The same, with the next snapshot that is written: at the latest when the newest is as old as those of a session that runs. */
  keepDoorSoon(door: unknown): void {
    this.door = door;
    const { clock, snapshots, onFault } = this.deps;
    if (this.isGone || snapshots === undefined) return;
    this.cancelSoon ??= clock.at(this.newestMs + EVERY_MS, () => void this.now().catch(onFault));
  }

  /**
   * The session is over. Where a door keeps something of it, its client may come back for the last results, also to a
   * process after this one: the door says when nobody does any more. What the state had gathered of the customer goes now.
   */
  async over(points: readonly StreamPoint[]): Promise<void> {
    if (this.door === null) return this.remove();
    this.done = { ...this.done, state: initialState() };
    this.ended = points.map(({ streamId, nextSeq, nextByteOffset }) => ({
      ...{ streamId, seq: nextSeq, byteOffset: nextByteOffset, startMs: 0, ended: true, voices: [] },
    }));
    await this.now();
  }

  /** Nobody comes back to it. */
  async remove(): Promise<void> {
    this.isGone = true;
    this.cancelTimer();
    await this.deps.snapshots?.remove(this.deps.identity.sessionId);
  }

  private async write(
    snapshots: SnapshotStore,
    starts: readonly StreamStart[],
    gist = gistOf(this.done, starts),
  ): Promise<void> {
    this.cancelTimer();
    this.newestMs = this.deps.clock.nowMs();
    this.written = gist;
    await snapshots.write(this.snapshot(starts));
    if (this.ended === undefined) this.acked(starts);
  }

  private cancelTimer(): void {
    this.cancelSoon?.();
    this.cancelSoon = undefined;
  }

  private snapshot(starts: readonly StreamStart[]): SessionSnapshot {
    const { identity, epoch, start, startedAt } = this.deps;
    const byId = new Map(starts.map((one) => [one.streamId, one]));
    const streams = this.deps.specs().flatMap((spec) => {
      const at = byId.get(spec.streamId);
      return at === undefined ? [] : [{ spec, ...at }];
    });
    return { ...identity, epoch, start, startedAt, ...this.done, streams, door: this.door };
  }

  private acked(starts: readonly StreamStart[]): void {
    this.deps.onAcked(
      starts.map(({ streamId, seq, byteOffset, startMs, ended }) => ({
        ...{ streamId, seq, byteOffset, startMs },
        complete: ended,
      })),
    );
  }
}
