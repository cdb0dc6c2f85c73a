import { RapportError } from '@rapport-live/protocol';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, type LogFile, systemFiles, writeWhole } from '../../delivery/log-files';
import { decodeSnapshot, encodeSnapshot, MAX_SNAPSHOT_BYTES, type SessionSnapshot } from './session-snapshot';

/** Files written at a time: the disk serves the results first. */
const MAX_CONCURRENT_WRITES = 4;
const SUFFIX = '.session';

/** Where snapshots of sessions are kept, one for each. */
export interface SnapshotStore {
  /** Resolves once this snapshot or a newer one is durable. */
  write(snapshot: SessionSnapshot): Promise<void>;
  remove(sessionId: string): Promise<void>;
}

interface Pending {
  snapshot: SessionSnapshot;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One small file a session beside the log, replaced as a whole: written, synced, renamed. Of several snapshots that wait
 * for the disk only the newest is written, so a slow disk makes them rarer and nothing queue up.
 */
export class SnapshotFiles implements SnapshotStore {
  private readonly pending = new Map<string, Pending>();
  /** Sessions whose file is being written or removed. */
  private readonly busy = new Map<string, Promise<void>>();
  private readonly gone = new Set<string>();
  private readonly removing = new Set<Promise<void>>();

  constructor(private readonly folder: string) {}

  async write(snapshot: SessionSnapshot): Promise<void> {
    const { sessionId } = snapshot;
    const waiting = this.pending.get(sessionId);
    if (waiting !== undefined) {
      waiting.snapshot = snapshot;
      return waiting.done;
    }
    let resolve!: () => void;
    let reject!: (error: unknown) => void;
    const done = new Promise<void>((yes, no) => ([resolve, reject] = [yes, no]));
    this.pending.set(sessionId, { snapshot, done, resolve, reject });
    this.next();
    return done;
  }

  /** The session is over. */
  remove(sessionId: string): Promise<void> {
    const removed: Promise<void> = this.removeFile(sessionId).finally(() => this.removing.delete(removed));
    this.removing.add(removed);
    return removed;
  }

  /** Resolves once what is being written or removed now is done. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.busy.values(), ...this.removing]);
  }

  private async removeFile(sessionId: string): Promise<void> {
    this.gone.add(sessionId);
    this.pending.get(sessionId)?.resolve();
    this.pending.delete(sessionId);
    await this.busy.get(sessionId)?.catch(() => undefined);
    await rm(this.path(sessionId), { force: true });
    this.gone.delete(sessionId);
  }

  /** Those that a process before this one left; what is not whole is left out, and removed. */
  async readAll(): Promise<SessionSnapshot[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found: SessionSnapshot[] = [];
    for (const name of names) {
      const path = join(this.folder, name);
      const snapshot = name.endsWith(SUFFIX) ? decodeSnapshot(await readFile(path)) : null;
      if (snapshot === null) await rm(path, { force: true });
      else found.push(snapshot);
    }
    return found;
  }

  private next(): void {
    for (const [sessionId, pending] of this.pending) {
      if (this.busy.size >= MAX_CONCURRENT_WRITES) return;
      if (this.busy.has(sessionId)) continue;
      this.pending.delete(sessionId);
      const written = this.replace(pending.snapshot).finally(() => {
        this.busy.delete(sessionId);
        this.next();
      });
      this.busy.set(sessionId, written);
      written.then(pending.resolve, pending.reject);
    }
  }

  private async replace(snapshot: SessionSnapshot): Promise<void> {
    const { sessionId } = snapshot;
    const bytes = encodeSnapshot(snapshot);
    if (bytes.length > MAX_SNAPSHOT_BYTES) {
      throw new RapportError('internal', `a snapshot of ${bytes.length} bytes is larger than ${MAX_SNAPSHOT_BYTES}`);
    }
    const made = `${this.path(sessionId)}.new`;
    const file = await this.make(made);
    try {
      await writeWhole(file, bytes, 0); // durable when it returns
    } finally {
      await file.close();
    }
    if (this.gone.has(sessionId)) return rm(made, { force: true });
    await rename(made, this.path(sessionId));
  }

  private async make(path: string): Promise<LogFile> {
    try {
      return await systemFiles.open(path, 'make');
    } catch (error) {
      if (!isMissing(error)) throw error;
      await systemFiles.makeFolder(this.folder);
      return systemFiles.open(path, 'make');
    }
  }

  private path(sessionId: string): string {
    return join(this.folder, `${sessionId}${SUFFIX}`);
  }
}
