import { createHmac, randomBytes } from 'node:crypto';
import type { EventData } from '@rapport-live/protocol';
import { appendAlone } from '../../delivery/lone-record';
import type { ResultStore } from '../../delivery/result-feed';
import type { Viewer } from './viewer';

/** What somebody looked at. */
export type Seen =
  /** One session: its events, its summary, or itself as it goes on. */
  | { readonly what: 'session' | 'export'; readonly sessionId: string }
  /** Past sessions, by words or whatever else: told apart by a hash. */
  | { readonly what: 'search'; readonly query: string }
  /** All live sessions at once, lists of past ones, the alerts, or what was corrected. */
  | { readonly what: 'wall' | 'sessions' | 'alerts' | 'corrections' };

export interface ViewAuditOptions {
  /** One event a viewer and what it looks at in so long, ms. Default 10 min. */
  readonly sameMs: number;
  /** Remembered for that, of all viewers; the oldest is forgotten first, and told again. Default 10,000. */
  readonly maxRemembered: number;
  /** Events on their way to the disk; more wait for these. Default 256. */
  readonly maxPending: number;
}
export const DEFAULT_VIEW_AUDIT: ViewAuditOptions = { sameMs: 600_000, maxRemembered: 10_000, maxPending: 256 };

/**
 * Who saw what: `rapport.audit.viewed`. Whoever shows a session, a search or an export to somebody calls `saw` with the viewer
 * of the request (viewer.ts), after `canSee` and before the answer:
 *
 *     await this.audit.saw(viewer, { what: 'session', sessionId });
 *
 * It resolves once the event is durable, at once for what was told in the last 10 minutes, and never rejects: while the
 * disk refuses, people go on looking, and the log says that the trail has a hole.
 */
export class ViewAudit {
  /** When it was told last, ms; by viewer and what, the oldest first. */
  private readonly told = new Map<string, number>();
  private readonly pending = new Set<Promise<void>>();
  /** Of this process: a query cannot be found out by trying words, and the same one looks the same until a restart. */
  private readonly hashKey = randomBytes(32);

  constructor(
    private readonly store: Pick<ResultStore, 'append' | 'close'>,
    /** Wall clock, ms since 1970. */
    private readonly now: () => number,
    /** An event was not written. */
    private readonly onFault: (error: unknown) => void,
    private readonly options: ViewAuditOptions = DEFAULT_VIEW_AUDIT,
  ) {}

  async saw(viewer: Viewer, seen: Seen): Promise<void> {
    const { sameMs, maxRemembered, maxPending } = this.options;
    const about = this.aboutOf(seen);
    const key = JSON.stringify([viewer.tenant, viewer.userId, about]);
    const nowMs = this.now();
    const lastMs = this.told.get(key);
    if (lastMs !== undefined && nowMs - lastMs < sameMs) return;
    this.told.delete(key);
    this.told.set(key, nowMs);
    if (this.told.size > maxRemembered) this.told.delete(this.told.keys().next().value!);
    while (this.pending.size >= maxPending) await Promise.race(this.pending);
    const { userId, role } = viewer;
    const written = this.write(viewer.tenant, { userId, role, ...about, at: new Date(nowMs).toISOString() }, key);
    this.pending.add(written);
    await written.finally(() => this.pending.delete(written));
  }

  private async write(tenant: string, data: EventData<'rapport.audit.viewed'>, key: string): Promise<void> {
    const naturalKey = [data.userId, data.what, data.at];
    try {
      await appendAlone(this.store, tenant, () => ({ type: 'rapport.audit.viewed', naturalKey, data }));
    } catch (error) {
      this.told.delete(key); // told the next time
      this.onFault(error);
    }
  }

  private aboutOf(seen: Seen): Pick<EventData<'rapport.audit.viewed'>, 'what' | 'sessionId' | 'query'> {
    if (seen.what !== 'search') return seen;
    return { what: 'search', query: createHmac('sha256', this.hashKey).update(seen.query).digest('hex').slice(0, 32) };
  }
}
