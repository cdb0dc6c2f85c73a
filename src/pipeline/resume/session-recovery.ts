import { RapportError } from '@rapport-live/protocol';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionIdentity } from '../../delivery/session-result';
import type { SessionClock } from '../../streams/session-clock';
import type { DoorConversation } from '../door-conversation';
import type { ConversationHost } from '../conversation-host';
import { endUnfinishedSessions } from '../unfinished-sessions';
import { EndedConversation } from './ended-conversation';
import { type RestoredSession, upgradedSnapshot } from './restored-session';
import { readHistory } from './session-history';
import type { SessionSnapshot } from './session-snapshot';
import type { SnapshotFiles } from './snapshot-files';

export const SESSION_RECOVERY = Symbol('SessionRecovery');

/** A session that goes on or is over, and what the door had kept of it. */
export interface RecoveredSession {
  readonly conversation: DoorConversation;
  readonly door: unknown;
}

/** What became of the sessions of the process before. */
export interface Recovery {
  /** They go on. */
  readonly recovered: RecoveredSession[];
  /** They had ended, and their clients may not have read it. */
  readonly over: RecoveredSession[];
  /** How many were ended now. */
  readonly ended: number;
}

export interface RecoveryDeps {
  readonly host: Pick<ConversationHost, 'restore'>;
  readonly store: ResultStore;
  readonly files: SnapshotFiles;
  readonly clock: SessionClock;
  readonly wallNow: () => Date;
  readonly onFault: (error: unknown) => void;
}

/**
 * The sessions that the process before this one left unfinished: those with a snapshot and a whole log go on and wait for
 * their clients, the others are ended, so that consumers see every session end. A snapshot without the word of a door is of
 * a session that nobody can come back to. Those that had ended within the window wait too, for clients that have not read to
 * the end.
 */
export class SessionRecovery {
  constructor(private readonly deps: RecoveryDeps) {}

  /** Once, at the start. @param mayGoOn whether clients can come back at all. */
  async run(mayGoOn: boolean): Promise<Recovery> {
    const { store, files, wallNow } = this.deps;
    const snapshots = new Map((await files.readAll()).map((snapshot) => [snapshot.sessionId, snapshot]));
    const recovered: RecoveredSession[] = [];
    const over: RecoveredSession[] = [];
    const dead: SessionIdentity[] = [];
    for (const session of store.unfinished()) {
      const snapshot = mayGoOn ? snapshots.get(session.sessionId) : undefined;
      const restored = snapshot && (await this.read(session, snapshot));
      const conversation = restored && this.restore(restored);
      if (conversation === undefined) {
        dead.push(session);
        continue;
      }
      snapshots.delete(session.sessionId);
      recovered.push({ conversation, door: snapshot!.door });
    }
    for (const snapshot of snapshots.values()) {
      const conversation = mayGoOn ? await this.ended(snapshot) : undefined;
      if (conversation === undefined) await files.remove(snapshot.sessionId);
      else over.push({ conversation, door: snapshot.door });
    }
    await endUnfinishedSessions(store, dead, wallNow);
    return { recovered, over, ended: dead.length };
  }

  /** Before the process ends: files are as they should be. */
  settled(): Promise<void> {
    return this.deps.files.settled();
  }

  /** Undefined: file and log do not make a whole, or no client could come back to it. */
  private async read(session: SessionIdentity, kept: SessionSnapshot): Promise<RestoredSession | undefined> {
    const { store, clock, wallNow } = this.deps;
    const snapshot = upgradedSnapshot(kept);
    if (snapshot === undefined || snapshot.tenant !== session.tenant || snapshot.door === null) return undefined;
    const history = await readHistory(store, session);
    if (history === undefined) return undefined;
    const ageMs = Math.max(0, wallNow().getTime() - Date.parse(snapshot.startedAt));
    return { snapshot, history, startedAtMs: clock.nowMs() - ageMs };
  }

  private async ended(snapshot: SessionSnapshot): Promise<DoorConversation | undefined> {
    const { files, ...deps } = this.deps;
    const { tenant, sessionId, dataKey } = snapshot;
    const restored = await this.read({ tenant, sessionId }, snapshot);
    if (restored?.history.picture.hasEnded !== true) return undefined;
    const identity = { tenant, sessionId, dataKey, traceparent: restored.history.traceparent };
    return new EndedConversation(identity, restored, { ...deps, snapshots: files });
  }

  private restore(restored: RestoredSession): DoorConversation | undefined {
    try {
      return this.deps.host.restore(restored);
    } catch (error) {
      // what it needs is not there any more, a decoder for video
      if (error instanceof RapportError) return undefined;
      throw error;
    }
  }
}
