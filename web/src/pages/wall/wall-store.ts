import type { LiveSession, WallChange, WallSnapshot } from '@rapport-live/protocol';
import type { ServiceEvent } from '../../api/event-reader';

export type Sessions = ReadonlyMap<string, LiveSession>;

/**
 * Conversations drawn, or put elsewhere, in one frame. One that is put elsewhere is taken out of the document and laid out anew, in two
 * passes (`content-visibility`): 2 to 3 ms of a core, measured in Chromium's trace. What more has changed follows in the next frames, and
 * whoever presses a key is heard between them.
 */
export const CARDS_A_FRAME = 4;

/**
 * What nobody can see is drawn anew so often, ms. It is read and searched all the same, so not never; each time it would be a frame for
 * nothing to be seen.
 */
const UNSEEN_EVERY_MS = 5_000;

type Listener = () => void;
/** Runs something in a task of its own, once what was drawn before it is to be seen. */
export type Later = (task: () => void) => void;

/**
 * The wall as the service tells of it. Each conversation is told of by itself to whoever draws it, a few in a task; that something
 * changed at all is told once an event.
 */
export class WallStore {
  private known: Map<string, LiveSession> | undefined;
  /** Whose change nobody was told of yet. */
  private readonly changed = new Set<string>();
  /** Drawn where nobody can see it. */
  private readonly unseen = new Set<string>();
  /** Those of them that have changed. */
  private readonly stale = new Set<string>();
  private isAwaited = false;
  private readonly drawers = new Map<string, Set<Listener>>();
  private readonly lists = new Set<Listener>();
  private isListStale = false;
  private isBusy = false;

  /** @param soon runs something in `UNSEEN_EVERY_MS` */
  constructor(
    private readonly later: Later,
    private readonly soon: Later = (task) => void setTimeout(task, UNSEEN_EVERY_MS),
  ) {}

  /** Undefined: nothing has come yet. What is there is of now, though not all of it is drawn. */
  get sessions(): Sessions | undefined {
    return this.known;
  }

  /** An event of `GET /v1/wall/events`: a snapshot is all there is, a change what is new, changed and gone. */
  take({ name, data }: ServiceEvent): void {
    if (name === 'snapshot') {
      const { sessions } = data as WallSnapshot;
      const before = this.known ?? new Map<string, LiveSession>();
      this.known = new Map(sessions.map((one) => [one.sessionId, one]));
      this.note([...this.known.keys(), ...before.keys()]);
    } else if (name === 'change' && this.known !== undefined) {
      const { sessions, gone } = data as WallChange;
      for (const one of sessions) this.known.set(one.sessionId, one);
      for (const sessionId of gone) this.known.delete(sessionId);
      this.note([...sessions.map((one) => one.sessionId), ...gone]);
    } else return;
    this.isListStale = true;
    this.wake();
  }

  /** Whether what is drawn of a conversation can be seen. Default: it can. */
  see(sessionId: string, isSeen: boolean): void {
    if (!isSeen) {
      if (this.drawers.has(sessionId)) this.unseen.add(sessionId);
      return;
    }
    this.unseen.delete(sessionId);
    if (!this.stale.delete(sessionId)) return;
    this.changed.add(sessionId);
    this.wake();
  }

  /** Told when the conversation changed or went. Returns how to stop. */
  onSession(sessionId: string, listener: Listener): () => void {
    const own = this.drawers.get(sessionId) ?? new Set();
    this.unseen.delete(sessionId);
    this.drawers.set(sessionId, own.add(listener));
    return () => {
      own.delete(listener);
      if (own.size > 0 || this.drawers.get(sessionId) !== own) return;
      for (const known of [this.drawers, this.unseen, this.stale]) known.delete(sessionId);
    };
  }

  /** Told when anything changed. Returns how to stop. */
  onChange(listener: Listener): () => void {
    this.lists.add(listener);
    return () => void this.lists.delete(listener);
  }

  /** Who draws it later draws it as it is then. While nobody looks nothing is told, and no more is remembered than is drawn. */
  private note(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      if (this.unseen.has(sessionId)) this.stale.add(sessionId);
      else if (this.drawers.has(sessionId)) this.changed.add(sessionId);
    }
    if (this.stale.size === 0 || this.isAwaited) return;
    this.isAwaited = true;
    this.soon(() => this.drawStale());
  }

  private drawStale(): void {
    this.isAwaited = false;
    if (this.stale.size === 0) return;
    for (const sessionId of this.stale) this.changed.add(sessionId);
    this.stale.clear();
    this.wake();
  }

  private wake(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    this.later(() => this.tell());
  }

  private tell(): void {
    if (this.isListStale) {
      this.isListStale = false;
      for (const listener of [...this.lists]) listener();
    }
    let drawn = 0;
    for (const sessionId of this.changed) {
      if (drawn === CARDS_A_FRAME) break;
      this.changed.delete(sessionId);
      const own = this.drawers.get(sessionId);
      if (own === undefined) continue;
      drawn += 1;
      for (const listener of [...own]) listener();
    }
    this.isBusy = this.changed.size > 0 || this.isListStale;
    if (this.isBusy) this.later(() => this.tell());
  }
}
