import type { ConversationFigures, TypedEvent, WindowAssessedData } from '@rapport-live/protocol';
import type { AlertEvent, TalkNow } from '../../alerts/alert-event';
import type { AlertResult } from '../../alerts/alert-results';
import { NO_ALERTS } from '../../alerts/alert-state';
import { type CompiledRule, rulesOfTeam } from '../../alerts/compiled-rule';
import { foldAlerts } from '../../alerts/fold-alerts';
import type { TimeSpan } from '../../facts/stream-fact';
import { holdWordOf } from '../../facts/hold-word';
import { hearHold, type HoldState } from '../../fusion/hold-state';

const TICK_MS = 1000;

/**
 * What rules would have made of a recorded session. The log has the windows in which there was something, not the seconds in
 * between: those pass here as they did. Silence is read off the times of transcripts, so that a sound that is no word
 * does not end it, as it does live.
 */
export class RecordedSession {
  private team: string | undefined;
  private readonly windows = new Map<number, WindowAssessedData>();
  private readonly texts: { readonly afterMs: number; readonly event: AlertEvent }[] = [];
  private readonly spoken: TimeSpan[] = [];
  private readonly holds: { readonly fromMs: number; readonly isOpen: boolean }[] = [];
  private readonly pauses: TimeSpan[] = [];
  private hold: HoldState | null = null;
  private lastMs = 0;
  private isJudged = true;

  /** Events in the order of their seq. */
  take(event: TypedEvent): void {
    switch (event.type) {
      case 'rapport.session.started':
        this.team = event.data.session.team;
        break;
      case 'rapport.window.assessed':
        if (event.data.subject === 'customer') this.windows.set(event.data.windowEndMs, event.data);
        this.lastMs = Math.max(this.lastMs, event.data.windowEndMs);
        break;
      case 'rapport.window.degraded':
        this.lastMs = Math.max(this.lastMs, event.data.lastWindowEndMs);
        break;
      case 'rapport.transcript.final': {
        const { utteranceId, party, startMs, endMs, text, source } = event.data;
        const told: AlertEvent = { kind: 'text', utteranceId, party, startMs, endMs, text };
        this.texts.push({ afterMs: Math.max(this.lastMs, endMs - TICK_MS + 1), event: told });
        if (source === 'voice') this.spoken.push({ startMs, endMs });
        break;
      }
      case 'rapport.session.updated': {
        const { kind: update, mediaMs, scope, detail } = event.data;
        const word = update === 'participant' && holdWordOf({ kind: 'updated', update, mediaMs, scope, detail });
        if (word) {
          this.hold = hearHold(this.hold, word);
          this.holds.push({ fromMs: mediaMs, isOpen: (this.hold?.open ?? null) !== null });
        }
        if (update === 'pause' && detail.paused === false) {
          this.pauses.push({ startMs: Number(detail.fromMs ?? mediaMs), endMs: mediaMs });
        }
        break;
      }
      case 'rapport.session.ended':
        this.lastMs = Math.max(this.lastMs, Math.floor(event.data.durationMs / TICK_MS) * TICK_MS);
        this.isJudged = event.data.reason !== 'consent_withdrawn';
        break;
    }
  }

  /** What these rules would have told. */
  replay(rules: readonly CompiledRule[]): AlertResult[] {
    const watching = rulesOfTeam(rules, this.team);
    const results: AlertResult[] = [];
    let state = NO_ALERTS;
    for (const event of this.events()) {
      const [next, told] = foldAlerts(state, event, watching);
      state = next;
      results.push(...told);
    }
    return results;
  }

  private *events(): Generator<AlertEvent> {
    const texts = [...this.texts].sort((a, b) => a.afterMs - b.afterMs);
    let figures: ConversationFigures | undefined;
    let next = 0;
    for (let nowMs = TICK_MS; nowMs <= this.lastMs; nowMs += TICK_MS) {
      for (; next < texts.length && texts[next]!.afterMs < nowMs; next += 1) yield texts[next]!.event;
      const assessed = this.windows.get(nowMs);
      figures = assessed?.conversation ?? figures;
      yield { kind: 'tick', nowMs, ...(assessed && { assessed }), talk: this.talkAt(nowMs, figures) };
    }
    for (; next < texts.length; next += 1) yield texts[next]!.event;
    yield { kind: 'end', isJudged: this.isJudged };
  }

  private talkAt(nowMs: number, figures: ConversationFigures | undefined): TalkNow {
    const onHold = this.holds.findLast(({ fromMs }) => fromMs <= nowMs)?.isOpen ?? false;
    const { absentReason, customer, agent, mediaMs = 0 } = figures ?? {};
    const bare = { onHold, heardMs: mediaMs };
    if (absentReason !== undefined || customer === undefined || agent === undefined) return bare;
    const { talkShare: mine } = customer;
    const { talkShare: theirs } = agent;
    return {
      ...bare,
      silentForMs: nowMs - this.silentSince(nowMs),
      interruptions: { customer: customer.interruptions ?? 0, agent: agent.interruptions ?? 0 },
      ...(mine === undefined || theirs === undefined ? {} : { talkShare: { customer: mine, agent: theirs } }),
    };
  }

  /** The end of what was said last, or of a hold or pause after it. */
  private silentSince(nowMs: number): number {
    const ends = [...this.spoken, ...this.pauses].map(({ startMs, endMs }) =>
      startMs < nowMs ? Math.min(endMs, nowMs) : 0,
    );
    const unheld = this.holds.filter(({ fromMs, isOpen }) => !isOpen && fromMs <= nowMs).map(({ fromMs }) => fromMs);
    return Math.max(0, ...ends, ...unheld);
  }
}
