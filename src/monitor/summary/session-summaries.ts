import {
  RapportError,
  type SessionEndedData,
  type SessionSummaryAnswer,
  type TypedEvent,
} from '@rapport-live/protocol';
import { sessionKey } from '../../delivery/cloud-event';
import type { RecordTap } from '../../delivery/record-tap';
import type { ViewAudit } from '../../gateway/auth/view-audit';
import { canSee, type Viewer } from '../../gateway/auth/viewer';
import type { Conversation } from '../../pipeline/conversation';
import { NOTHING_SEEN, summaryOf, summed } from '../../pipeline/summary/session-summary';
import { Turns } from '../../facts/turns';

/** Requests that read the log, in work or waiting; more are refused. */
const MAX_WAITING = 8;

/** How a session ended, as far as the history knows it and the viewer may see it. Never rejects. */
export type EndedOf = (viewer: Viewer, sessionId: string) => Promise<SessionEndedData | undefined>;

/**
 * Summaries of sessions: of one that runs from memory, of one that is over from the history. What is not there, or not yet, is read
 * from the log, one reading at a time: it goes through all of it.
 */
export class SessionSummaries {
  private waiting = 0;
  private readonly turns = new Turns();

  constructor(
    private readonly liveOf: (tenant: string) => readonly Conversation[],
    private readonly endedOf: EndedOf,
    private readonly tap: Pick<RecordTap, 'records'>,
    private readonly audit: Pick<ViewAudit, 'saw'>,
  ) {}

  /** Rejects with `session_unknown`, also for one that the viewer may not see, or with `overloaded`. */
  async of(viewer: Viewer, sessionId: string): Promise<SessionSummaryAnswer> {
    const answer = await this.find(viewer, sessionId);
    await this.audit.saw(viewer, { what: 'session', sessionId });
    return answer;
  }

  private async find(viewer: Viewer, sessionId: string): Promise<SessionSummaryAnswer> {
    const live = this.liveOf(viewer.tenant).find(({ identity }) => identity.sessionId === sessionId);
    if (live === undefined) {
      const { conversation, summary } = (await this.endedOf(viewer, sessionId)) ?? {};
      if (summary !== undefined) return { sessionId, status: 'ended', conversation, summary };
      return this.inTurn(() => this.fromLog(viewer, sessionId));
    }
    if (!canSee(viewer, { tenant: viewer.tenant, team: live.team })) throw unknown();
    const { conversation } = live.results.summary;
    return { sessionId, status: 'live', conversation, summary: summaryOf(live.results.summary) };
  }

  private async fromLog(viewer: Viewer, sessionId: string): Promise<SessionSummaryAnswer> {
    const key = sessionKey({ tenant: viewer.tenant, sessionId });
    let state = NOTHING_SEEN;
    let mayBeSeen = false;
    let status: SessionSummaryAnswer['status'] = 'live';
    for await (const { record } of this.tap.records(undefined, { follow: false })) {
      if (record.key !== key) continue;
      const event = record.event as TypedEvent;
      state = summed(state, event);
      if (event.type === 'rapport.session.started' || event.type === 'rapport.session.ended') {
        mayBeSeen = canSee(viewer, { tenant: viewer.tenant, team: event.data.session.team });
      }
      if (event.type !== 'rapport.session.ended') continue;
      status = 'ended';
      state = { ...state, conversation: event.data.conversation ?? state.conversation };
      // retention may have taken a part of what it was made of
      const { summary = summaryOf(state) } = event.data;
      if (mayBeSeen) return { sessionId, status, conversation: state.conversation, summary };
    }
    if (!mayBeSeen) throw unknown();
    return { sessionId, status, conversation: state.conversation, summary: summaryOf(state) };
  }

  private async inTurn<T>(action: () => Promise<T>): Promise<T> {
    if (this.waiting >= MAX_WAITING) {
      throw new RapportError('overloaded', `${this.waiting} summaries are being read already.`, { retryAfterMs: 1000 });
    }
    this.waiting += 1;
    try {
      return await this.turns.take(action);
    } finally {
      this.waiting -= 1;
    }
  }
}

const unknown = (): RapportError => new RapportError('session_unknown', 'The log has no such session.');
