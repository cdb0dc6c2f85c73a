import type { CloudEvent, LiveSession } from '@rapport-live/protocol';
import { foldLive } from './live-session';

export interface LiveWallOptions {
  /** Live sessions of one tenant that are shown; of more, those that came last are not. Default 2,000. */
  readonly maxSessions: number;
  /** Sessions of one tenant that have ended and are still shown, the newest. Default 20. */
  readonly maxEnded: number;
}

export const LIVE_WALL_DEFAULTS: LiveWallOptions = { maxSessions: 2_000, maxEnded: 20 };

/** Told which session changed or went; asks the wall what it is now. */
export type WallListener = (sessionId: string) => void;

/** The live picture of all sessions of this process, by tenant. */
export class LiveWall {
  private readonly tenants = new Map<string, Map<string, LiveSession>>();
  private readonly listeners = new Map<string, Set<WallListener>>();

  constructor(private readonly options: LiveWallOptions = LIVE_WALL_DEFAULTS) {}

  /** One durable record of a session, each once and in order. */
  see(tenant: string, event: CloudEvent): void {
    const cards = this.tenants.get(tenant) ?? new Map<string, LiveSession>();
    const before = cards.get(event.subject);
    if (before === undefined && cards.size >= this.options.maxSessions + this.options.maxEnded) return;
    const after = foldLive(before, event);
    if (after === undefined) return;
    cards.set(event.subject, after);
    this.tenants.set(tenant, cards);
    this.tell(tenant, event.subject);
    if (after.status === 'ended') this.retire(tenant, cards);
  }

  /** It was erased, or will never be told of again. */
  forget(tenant: string, sessionId: string): void {
    const cards = this.tenants.get(tenant);
    if (cards?.delete(sessionId) !== true) return;
    if (cards.size === 0) this.tenants.delete(tenant);
    this.tell(tenant, sessionId);
  }

  of(tenant: string): LiveSession[] {
    return [...(this.tenants.get(tenant)?.values() ?? [])];
  }

  one(tenant: string, sessionId: string): LiveSession | undefined {
    return this.tenants.get(tenant)?.get(sessionId);
  }

  /** Returns how to stop. */
  listen(tenant: string, listener: WallListener): () => void {
    const all = this.listeners.get(tenant) ?? new Set();
    this.listeners.set(tenant, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0) this.listeners.delete(tenant);
    };
  }

  /** Of those that have ended the first to begin go first. */
  private retire(tenant: string, cards: Map<string, LiveSession>): void {
    const ended = [...cards.values()].filter(({ status }) => status === 'ended');
    for (const { sessionId } of ended.slice(0, -this.options.maxEnded)) this.forget(tenant, sessionId);
  }

  private tell(tenant: string, sessionId: string): void {
    for (const listener of this.listeners.get(tenant) ?? []) listener(sessionId);
  }
}
