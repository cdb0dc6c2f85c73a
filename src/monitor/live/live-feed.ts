import { TENANT_EVENTS } from '@rapport-live/protocol';
import { type Subscription, takeWhile } from 'rxjs';
import { sessionOfKey } from '../../delivery/cloud-event';
import type { RecordTap } from '../../delivery/record-tap';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionIdentity } from '../../delivery/session-result';
import type { LiveWall } from './live-wall';

/**
 * Brings durable records to the wall. The tap says which sessions there are; what happens in each is read through its own
 * subscription, from its first record on, so that a session that was open before a restart is shown whole.
 */
export class LiveFeed {
  private readonly sessions = new Map<string, Subscription>();
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
    this.done = this.discover(from).catch(this.onFault);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const subscription of this.sessions.values()) subscription.unsubscribe();
    this.sessions.clear();
    await this.done;
  }

  private async discover(from: ReturnType<RecordTap['end']>): Promise<void> {
    for await (const batch of this.tap.batches(from, { signal: this.stopping.signal })) {
      for (const { record } of batch) {
        const { type } = record.event;
        const identity = sessionOfKey(record.key);
        if (type === 'rapport.session.erased') this.wall.forget(identity.tenant, identity.sessionId);
        // one whose end has come is over, whether it was followed or not
        else if (!TENANT_EVENTS.has(type) && type !== 'rapport.session.ended') this.follow(identity);
      }
    }
  }

  private follow(identity: SessionIdentity): void {
    const { tenant, sessionId } = identity;
    const name = `${tenant}/${sessionId}`;
    const known = this.wall.one(tenant, sessionId);
    if (this.sessions.has(name) || known?.status === 'ended') return;
    const over = (): void => void this.sessions.delete(name);
    const records = this.store.subscribe(identity, 0);
    const subscription = records
      .pipe(takeWhile(({ event }) => event.type !== 'rapport.session.ended', true))
      .subscribe({
        next: ({ event }) => this.wall.see(tenant, event),
        // its first records are no longer kept: it is on no wall, and can be found in the history
        error: over,
        complete: over,
      });
    if (!subscription.closed) this.sessions.set(name, subscription);
  }
}
