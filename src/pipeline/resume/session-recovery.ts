import { RapportError } from '@rapport-live/protocol';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionIdentity } from '../../delivery/session-result';
import type { SessionClock } from '../../streams/session-clock';
import type { Conversation } from '../conversation';
import type { ConversationHost } from '../conversation-host';
import { endUnfinishedSessions } from '../unfinished-sessions';
import { isOfThisVersion } from './restored-session';
import { readHistory } from './session-history';
import type { SessionSnapshot } from './session-snapshot';
import type { SnapshotFiles } from './snapshot-files';

export const SESSION_RECOVERY = Symbol('SessionRecovery');

/** A session that goes on, and what the door had kept of it. */
export interface RecoveredSession {
  readonly conversation: Conversation;
  readonly door: unknown;
}

export interface RecoveryDeps {
  readonly host: Pick<ConversationHost, 'restore'>;
  readonly store: ResultStore;
  readonly files: SnapshotFiles;
  readonly clock: SessionClock;
  readonly wallNow: () => Date;
}

/**
 * The sessions that the process before this one left unfinished: those with a snapshot and a whole log go on and wait for
 * their clients, the others are ended, so that consumers see every session end. A snapshot without the word of a door is of
 * a session that nobody can come back to.
 */
export class SessionRecovery {
  constructor(private readonly deps: RecoveryDeps) {}

  /** Once, at the start. @param mayGoOn whether clients can come back at all. */
  async run(mayGoOn: boolean): Promise<{ readonly recovered: RecoveredSession[]; readonly ended: number }> {
    const { store, files, wallNow } = this.deps;
    const snapshots = new Map((await files.readAll()).map((snapshot) => [snapshot.sessionId, snapshot]));
    const recovered: RecoveredSession[] = [];
    const dead: SessionIdentity[] = [];
    for (const session of store.unfinished()) {
      const snapshot = mayGoOn ? snapshots.get(session.sessionId) : undefined;
      const mayReturn = snapshot !== undefined && snapshot.door !== null;
      const conversation = mayReturn ? await this.restore(session, snapshot) : undefined;
      if (conversation === undefined) {
        dead.push(session);
        continue;
      }
      snapshots.delete(session.sessionId);
      recovered.push({ conversation, door: snapshot!.door });
    }
    for (const sessionId of snapshots.keys()) await files.remove(sessionId);
    await endUnfinishedSessions(store, dead, wallNow);
    return { recovered, ended: dead.length };
  }

  /** Before the process ends: files are as they should be. */
  settled(): Promise<void> {
    return this.deps.files.settled();
  }

  private async restore(session: SessionIdentity, snapshot: SessionSnapshot): Promise<Conversation | undefined> {
    const { host, store, clock, wallNow } = this.deps;
    if (snapshot.tenant !== session.tenant || !isOfThisVersion(snapshot)) return undefined;
    const history = await readHistory(store, session);
    if (history === undefined) return undefined;
    const ageMs = Math.max(0, wallNow().getTime() - Date.parse(snapshot.startedAt));
    try {
      return host.restore({ snapshot, history, startedAtMs: clock.nowMs() - ageMs });
    } catch (error) {
      // what it needs is not there any more, a decoder for video
      if (error instanceof RapportError) return undefined;
      throw error;
    }
  }
}
