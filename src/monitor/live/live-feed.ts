import { type CloudEvent, TENANT_EVENTS } from '@rapport-live/protocol';
import { type Subscription, takeWhile } from 'rxjs';
import { sessionKey, sessionOfKey } from '../../delivery/cloud-event';
import type { LogRecord } from '../../delivery/record-line';
import type { RecordTap } from '../../delivery/record-tap';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionIdentity } from '../../delivery/session-result';
import { keepUp } from '../keep-up';
import type { LiveWall } from './live-wall';

/**
 * Brings durable records to the wall, each read once: those of sessions that begin from now on as the tap brings them, those of a
 * session that was open before a restart through its own subscription, from its first record on, so that it is shown whole.
 */
export class LiveFeed {
  /** Of sessions that a process before this one left open. */
  private readonly resumed = new Map<string, Subscription>();
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly tap: Pick<RecordTap, 'end' | 'batches'>,
    private readonly store: Pick<ResultStore, 'subscribe' | 'unfinished'>,
    private readonly wall: LiveWall,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Before the first session of this process can begin. */
  start(): void {
    const from = this.tap.end();
    for (const identity of this.store.unfinished()) this.follow(identity);
    const { tap, onFault } = this;
    this.done = keepUp({ tap, onFault, see: (record) => this.watch(record) }, from, this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const subscription of this.resumed.values()) subscription.unsubscribe();
    this.resumed.clear();
    await this.done;
  }

  private watch({ key, event }: LogRecord): void {
    const { tenant, sessionId } = sessionOfKey(key);
    if (event.type === 'rapport.session.erased') this.wall.forget(tenant, sessionId);
    else if (!TENANT_EVENTS.has(event.type) && !this.resumed.has(key)) this.see(tenant, sessionId, event);
  }

  private follow(identity: SessionIdentity): void {
    const { tenant, sessionId } = identity;
    const key = sessionKey(identity);
    // its first records are no longer kept: it is on no wall, and can be found in the history
    const over = (): void => void this.resumed.delete(key);
    const subscription = this.store
      .subscribe(identity, 0)
      .pipe(takeWhile(({ event }) => event.type !== 'rapport.session.ended', true))
      .subscribe({ next: ({ event }) => this.see(tenant, sessionId, event), error: over, complete: over });
    if (!subscription.closed) this.resumed.set(key, subscription);
  }

  /** What is told of a session that is over changes nothing. */
  private see(tenant: string, sessionId: string, event: CloudEvent): void {
    if (this.wall.one(tenant, sessionId)?.status !== 'ended') this.wall.see(tenant, event);
  }
}
