import { RapportError, type SessionStart } from '@rapport-live/protocol';
import type { TraceContext } from '../../facts/trace-context';
import type { Conversation } from '../../pipeline/conversation';
import type { ConversationHost } from '../../pipeline/conversation-host';
import { specifyStreams } from '../stream-names';
import type { SessionQuota } from './session-quota';

/** The one way to a new session, whatever protocol asks for it. */
export class SessionAdmission {
  constructor(
    private readonly host: Pick<ConversationHost, 'open' | 'liveCountOf'>,
    private readonly quota: SessionQuota,
  ) {}

  /**
   * Throws RapportError: `invalid_message` without consent or for its streams, `quota_exceeded`, `too_many_sessions`,
   * `overloaded` (these three with `retryAfterMs`), `video_unavailable`, `server_shutdown`. A refusal takes nothing.
   */
  open(tenant: string, start: SessionStart, trace?: TraceContext): Conversation {
    if (!start.session.consent.analysis) {
      throw new RapportError('invalid_message', 'session.consent.analysis is false: nothing may be analysed.');
    }
    this.quota.require(tenant, this.host.liveCountOf(tenant));
    const conversation = this.host.open(tenant, start, specifyStreams(start.streams), trace);
    this.quota.begun(tenant);
    return conversation;
  }
}
