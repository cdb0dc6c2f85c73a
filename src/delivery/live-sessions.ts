import { TENANT_EVENTS } from '@rapport-live/protocol';
import type { OutboxOptions } from './delivery-options';
import { sessionOfKey } from './cloud-event';
import type { RecordHead } from './record-head';
import type { Place } from './read-places';
import { SessionIndex } from './session-index';
import type { SessionIdentity } from './session-result';

/** Keys of erased sessions that are remembered, to refuse what is still on its way for them. */
const MAX_ERASED = 10_000;

/**
 * The sessions that the outbox keeps in memory, by key: the live ones, the last few that closed (so that a subscriber
 * who comes late still reads to the end), and for a while those that a dead process left unfinished.
 */
export class LiveSessions {
  private readonly live = new Map<string, SessionIndex>();
  private readonly closed = new Map<string, SessionIndex>();
  /** Found at the start and not touched since. */
  private readonly recovered = new Set<string>();
  /** Found at the start without their end, whoever reads them since. */
  private readonly left = new Set<string>();
  private readonly recoveredUntil: number;
  /** The newest of those that were erased. */
  private readonly erased = new Set<string>();

  constructor(
    private readonly options: Pick<OutboxOptions, 'maxIndexedRecords' | 'maxClosedSessions' | 'recoveredSessionKeepMs'>,
  ) {
    this.recoveredUntil = performance.now() + options.recoveredSessionKeepMs;
  }

  open(key: string): SessionIndex {
    this.recovered.delete(key);
    const known = this.live.get(key) ?? this.closed.get(key);
    if (known !== undefined) return known;
    const made = new SessionIndex(this.options.maxIndexedRecords);
    this.live.set(key, made);
    return made;
  }

  /** A record found at the start. Of sessions that have ended the last few can be read; what is of no session is left out. */
  recover(record: RecordHead, place: Place): void {
    const { key, event, seq } = record;
    if (event === null || TENANT_EVENTS.has(event.type)) return;
    const session = this.open(key);
    session.add(seq, event.id, place);
    if (session.isClosed) return;
    if (event.type !== 'rapport.session.ended') {
      this.recovered.add(key);
      this.left.add(key);
      return;
    }
    session.isClosing = session.isClosed = true;
    this.recovered.delete(key);
    this.left.delete(key);
    this.keepClosed(key, session);
  }

  lastSeq(key: string): number {
    return (this.live.get(key) ?? this.closed.get(key))?.lastSeq ?? 0;
  }

  unfinished(): SessionIdentity[] {
    return [...this.left].map(sessionOfKey);
  }

  /** Waits for what is on its way to the disk, then tells the listeners. */
  async close(key: string): Promise<void> {
    const session = this.live.get(key);
    if (session === undefined) return;
    session.isClosing = true;
    await Promise.allSettled(session.pending.values());
    session.isClosed = true;
    this.recovered.delete(key);
    this.left.delete(key);
    if (this.erased.has(key)) this.live.delete(key);
    else this.keepClosed(key, session);
    for (const listener of [...session.listeners]) listener.onClosed();
  }

  /** The last few that closed; of more, the oldest are forgotten. */
  private keepClosed(key: string, session: SessionIndex): void {
    this.live.delete(key);
    this.closed.set(key, session);
    for (const [oldest] of this.closed) {
      if (this.closed.size <= this.options.maxClosedSessions) break;
      this.closed.delete(oldest);
    }
  }

  isErased(key: string): boolean {
    return this.erased.has(key);
  }

  /** As `close`, and nothing of it is known any more. */
  async erase(key: string): Promise<void> {
    this.erased.add(key);
    if (this.erased.size > MAX_ERASED) this.erased.delete(this.erased.values().next().value!);
    await this.close(key);
    this.closed.delete(key);
  }

  /** A subscriber left: a session of which nothing was ever written is forgotten with its last one. */
  forgetIfUnused(key: string): void {
    const session = this.live.get(key);
    if (session?.lastSeq === 0 && session.pending.size === 0 && session.listeners.size === 0) this.live.delete(key);
  }

  /** `startPosition`: where the log begins now that retention has run. */
  sweep(startPosition: number): void {
    for (const sessions of [this.live, this.closed]) {
      for (const session of sessions.values()) session.dropBelow(startPosition);
    }
    if (performance.now() < this.recoveredUntil) return;
    for (const key of this.recovered) this.live.delete(key);
    this.recovered.clear();
  }
}
