import type { SessionStart } from '@rapport-live/protocol';
import { RapportError } from '@rapport-live/protocol';
import { v7 as uuidV7 } from 'uuid';
import type { SessionIdentity } from '../delivery/session-result';
import type { StreamSpec } from '../facts/media-chunk';
import type { SessionSpans, SessionTracer } from '../facts/session-trace';
import type { TraceContext } from '../facts/trace-context';
import type { Conversation, End } from './conversation';
import type { RestoredSession } from './resume/restored-session';

export const CONVERSATION_HOST = Symbol('ConversationHost');

/** Makes one conversation; the host decides whether it may be. */
export type ConversationFactory = (
  identity: SessionIdentity,
  start: SessionStart,
  streams: readonly StreamSpec[],
  spans?: SessionSpans,
  restored?: RestoredSession,
) => Conversation;

/** Every live conversation of this process. Admission is atomic: checked and taken in one synchronous step. */
export class ConversationHost {
  private readonly live = new Map<string, Conversation>();
  private closing = false;

  constructor(
    private readonly create: ConversationFactory,
    readonly maxSessions: number,
    private readonly onFault: (error: unknown) => void,
    private readonly tracer: SessionTracer,
    /** The key that events of a customer are encrypted with in Kafka, by its name; absent: they are not. */
    private readonly dataKeyOf?: (tenant: string, customerId: string) => string,
  ) {}

  get isClosing(): boolean {
    return this.closing;
  }

  get liveCount(): number {
    return this.live.size;
  }

  liveCountOf(tenant: string): number {
    let count = 0;
    for (const { identity } of this.live.values()) if (identity.tenant === tenant) count += 1;
    return count;
  }

  /** Those of a tenant. */
  liveOf(tenant: string): Conversation[] {
    return [...this.live.values()].filter(({ identity }) => identity.tenant === tenant);
  }

  /** Throws RapportError `too_many_sessions`, `server_shutdown`, or what the start itself is refused with. */
  open(tenant: string, start: SessionStart, streams: readonly StreamSpec[], caller?: TraceContext): Conversation {
    if (this.closing) throw new RapportError('server_shutdown', 'The service is shutting down.');
    if (this.live.size >= this.maxSessions) {
      throw new RapportError('too_many_sessions', `All ${this.maxSessions} sessions are taken.`, {
        retryAfterMs: 1000,
      });
    }
    const sessionId = uuidV7();
    const { traceparent, spans } = this.tracer.begin(caller, sessionId);
    try {
      const { customerId } = start.session;
      const dataKey = customerId === undefined ? undefined : this.dataKeyOf?.(tenant, customerId);
      const conversation = this.create({ tenant, sessionId, traceparent, dataKey }, start, streams, spans);
      this.live.set(sessionId, conversation);
      return conversation;
    } catch (error) {
      spans?.end({ 'error.type': error instanceof RapportError ? error.code : 'internal' });
      throw error;
    }
  }

  /** A session of the process before goes on; it had its place. Its spans ended with that process. */
  restore(restored: RestoredSession): Conversation {
    const { tenant, sessionId, start, streams, dataKey } = restored.snapshot;
    const identity = { tenant, sessionId, dataKey, traceparent: restored.history.traceparent };
    const specs = streams.map(({ spec }) => spec);
    const conversation = this.create(identity, start, specs, undefined, restored);
    this.live.set(sessionId, conversation);
    return conversation;
  }

  async end(conversation: Pick<Conversation, 'identity' | 'end'>, end: End): Promise<void> {
    await conversation.end(end).catch(this.onFault);
    this.live.delete(conversation.identity.sessionId);
  }

  /** Ends every conversation, each within its bound; or leaves them to the process after this one. */
  async shutdown(keep = false): Promise<void> {
    this.closing = true;
    const leave = (conversation: Conversation): Promise<void> =>
      keep ? conversation.suspend().catch(this.onFault) : this.end(conversation, { reason: 'shutdown' });
    await Promise.all([...this.live.values()].map(leave));
  }
}
