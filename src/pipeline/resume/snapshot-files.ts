import { type ErrorCode, RapportError } from '@rapport-live/protocol';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSnapshot, type SessionSnapshot } from './session-snapshot';
import { SNAPSHOT_SUFFIX } from './snapshot-folder';
import type { SnapshotFault } from './snapshot-messages';
import { SnapshotThread } from './snapshot-thread';

/** Files that one batch writes at most: a session that comes meanwhile waits for so many. */
const MAX_BATCH = 32;

/** Where snapshots of sessions are kept, one for each. */
export interface SnapshotStore {
  /** Resolves once this snapshot or a newer one is durable. */
  write(snapshot: SessionSnapshot): Promise<void>;
  remove(sessionId: string): Promise<void>;
}

interface Settled {
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Pending extends Settled {
  snapshot: SessionSnapshot;
}

/**
 * One small file a session beside the log, replaced as a whole: written, synced, renamed, in a thread of its own. What sessions
 * want at one time goes there as one batch. Of several snapshots of one that wait only the newest is written, so a slow disk
 * makes them rarer and nothing queue up.
 */
export class SnapshotFiles implements SnapshotStore {
  private readonly thread: SnapshotThread;
  private readonly pending = new Map<string, Pending>();
  private readonly removals = new Map<string, Settled>();
  private working: Promise<void> = Promise.resolve();
  private isWorking = false;

  constructor(private readonly folder: string) {
    this.thread = new SnapshotThread(folder);
  }

  async write(snapshot: SessionSnapshot): Promise<void> {
    const { sessionId } = snapshot;
    const waiting = this.pending.get(sessionId);
    if (waiting !== undefined) {
      waiting.snapshot = snapshot;
      return waiting.done;
    }
    const settled = newSettled();
    this.pending.set(sessionId, { snapshot, ...settled });
    this.run();
    return settled.done;
  }

  /** The session is over. */
  remove(sessionId: string): Promise<void> {
    this.pending.get(sessionId)?.resolve();
    this.pending.delete(sessionId);
    const known = this.removals.get(sessionId) ?? newSettled();
    this.removals.set(sessionId, known);
    this.run();
    return known.done;
  }

  /** Resolves once what waits or is being written or removed is done: at the end. */
  async settled(): Promise<void> {
    while (this.isWorking) await this.working;
    await this.thread.close();
  }

  /** Those that a process before this one left; what is not whole is left out, and removed. */
  async readAll(): Promise<SessionSnapshot[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found: SessionSnapshot[] = [];
    for (const name of names) {
      const path = join(this.folder, name);
      const snapshot = name.endsWith(SNAPSHOT_SUFFIX) ? decodeSnapshot(await readFile(path)) : null;
      if (snapshot === null) await rm(path, { force: true });
      else found.push(snapshot);
    }
    return found;
  }

  private run(): void {
    if (!this.isWorking) this.working = this.work();
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    // what comes in the same turn of the event loop shares a batch
    await new Promise((resolve) => setImmediate(resolve));
    while (this.pending.size > 0 || this.removals.size > 0) await this.batch();
    this.isWorking = false;
  }

  private async batch(): Promise<void> {
    const writes = [...this.pending].slice(0, MAX_BATCH);
    for (const [sessionId] of writes) this.pending.delete(sessionId);
    const removals = [...this.removals];
    this.removals.clear();
    try {
      const outcome = await this.thread.apply({
        writes: writes.map(([sessionId, { snapshot }]) => ({ sessionId, json: JSON.stringify(snapshot) })),
        removals: removals.map(([sessionId]) => sessionId),
      });
      writes.forEach(([, settled], i) => settle(settled, outcome.writes[i]!));
      removals.forEach(([, settled], i) => settle(settled, outcome.removals[i]!));
    } catch (error) {
      for (const [, { reject }] of [...writes, ...removals]) reject(error);
    }
  }
}

function newSettled(): Settled {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const done = new Promise<void>((yes, no) => ([resolve, reject] = [yes, no]));
  return { done, resolve, reject };
}

function settle({ resolve, reject }: Settled, fault: SnapshotFault | null): void {
  if (fault === null) resolve();
  else if (fault.code === ('internal' satisfies ErrorCode)) reject(new RapportError('internal', fault.message));
  else reject(Object.assign(new Error(fault.message), { code: fault.code }));
}
