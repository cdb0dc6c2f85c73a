import type { LiveSession, WallChange, WallSnapshot } from '@rapport-live/protocol';
import type { ServiceEvent } from '../../api/event-reader';

export type Sessions = ReadonlyMap<string, LiveSession>;

/**
 * Conversations drawn again in one task. A card takes up to a millisecond of a slow machine; what more has changed follows in tasks of its
 * own, and whoever presses a key is heard between them.
 */
export const CARDS_A_TASK = 8;

type Listener = () => void;
/** Runs something in a task of its own, soon. */
export type Later = (task: () => void) => void;

/**
 * The wall as the service tells of it. Each conversation is told of by itself to whoever draws it, a few in a task; that something
 * changed at all is told once an event.
 */
export class WallStore {
  private known: Map<string, LiveSession> | undefined;
  /** Whose change nobody was told of yet. */
  private readonly changed = new Set<string>();
  private readonly drawers = new Map<string, Set<Listener>>();
  private readonly lists = new Set<Listener>();
  private isListStale = false;
  private isBusy = false;

  constructor(private readonly later: Later) {}

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
      for (const sessionId of [...this.known.keys(), ...before.keys()]) this.changed.add(sessionId);
    } else if (name === 'change' && this.known !== undefined) {
      const { sessions, gone } = data as WallChange;
      for (const one of sessions) this.known.set(one.sessionId, one);
      for (const sessionId of gone) this.known.delete(sessionId);
      for (const sessionId of [...sessions.map((one) => one.sessionId), ...gone]) this.changed.add(sessionId);
    } else return;
    this.isListStale = true;
    if (this.isBusy) return;
    this.isBusy = true;
    this.later(() => this.tell());
  }

  /** Told when the conversation changed or went. Returns how to stop. */
  onSession(sessionId: string, listener: Listener): () => void {
    const own = this.drawers.get(sessionId) ?? new Set();
    this.drawers.set(sessionId, own.add(listener));
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.drawers.get(sessionId) === own) this.drawers.delete(sessionId);
    };
  }

  /** Told when anything changed. Returns how to stop. */
  onChange(listener: Listener): () => void {
    this.lists.add(listener);
    return () => void this.lists.delete(listener);
  }

  private tell(): void {
    if (this.isListStale) {
      this.isListStale = false;
      for (const listener of [...this.lists]) listener();
    }
    let drawn = 0;
    for (const sessionId of this.changed) {
      if (drawn === CARDS_A_TASK) break;
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
