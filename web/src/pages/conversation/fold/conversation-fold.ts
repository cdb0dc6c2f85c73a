import type { ConversationFigures, SessionEndedData, SessionStartedData, TypedEvent } from '@rapport-live/protocol';
import { alertKey, alertLineOf, type KeptAlertLine } from './alert-line';
import { insertByTime } from './by-time';
import type { Conversation, Line, WindowPoint } from './conversation';
import { Presence } from './presence';
import { remarkOf } from './remark';
import { pointOf, skippedPoints } from './window-point';

export interface FoldBounds {
  /** Windows that are kept, the newest: four hours. */
  readonly maxWindows: number;
  /** Lines that are kept, the newest. */
  readonly maxLines: number;
  /** Ids of events that are remembered, the newest: each event counts once. */
  readonly maxIds: number;
}

export const FOLD_BOUNDS: FoldBounds = { maxWindows: 14_400, maxLines: 10_000, maxIds: 40_000 };

const endOf = ({ endMs }: WindowPoint): number => endMs;
const timeOf = ({ atMs }: Line): number => atMs;

/**
 * Folds the durable events of one session into what its page shows, live and afterwards alike. An event that came before
 * changes nothing; those that the page knows nothing of are passed over.
 */
export class ConversationFold {
  private started: SessionStartedData | undefined;
  private ended: SessionEndedData | undefined;
  private figures: { readonly atMs: number; readonly figures: ConversationFigures } | undefined;
  private durationMs = 0;
  private readonly windows: WindowPoint[] = [];
  private readonly windowEnds = new Set<number>();
  private readonly lines: Line[] = [];
  private readonly alerts = new Map<string, KeptAlertLine>();
  private readonly ids = new Set<string>();
  private readonly presence = new Presence();
  private isCut = false;

  constructor(private readonly bounds: FoldBounds = FOLD_BOUNDS) {}

  /** Events of one session, in order of their seq. True: there is something new to show. */
  add(events: readonly TypedEvent[]): boolean {
    let hasNew = false;
    for (const event of events) {
      if (this.ids.has(event.id)) continue;
      this.remember(event.id);
      this.take(event);
      hasNew = true;
    }
    return hasNew;
  }

  /** As of now; what is given changes no more. */
  conversation(): Conversation {
    const { started, ended, durationMs, isCut } = this;
    return {
      ...{ durationMs, isCut, windows: [...this.windows], lines: [...this.lines] },
      ...(started === undefined ? {} : { started }),
      ...(ended === undefined ? {} : { ended }),
      ...(this.figures === undefined ? {} : { figures: this.figures.figures }),
      participants: this.presence.participants,
      holds: this.presence.holds(durationMs),
    };
  }

  private take(event: TypedEvent): void {
    switch (event.type) {
      case 'rapport.session.started':
        this.start(event.data);
        break;
      case 'rapport.session.ended':
        this.end(event.data);
        break;
      case 'rapport.window.assessed': {
        const { subject, windowEndMs, conversation } = event.data;
        this.reached(windowEndMs);
        if (conversation !== undefined) this.figured(windowEndMs, conversation);
        // the agent's, where it is assessed at all, is no part of this page
        if (subject === 'customer') this.window(pointOf(event.data));
        break;
      }
      case 'rapport.window.degraded':
        if (event.data.subject === 'agent') break;
        this.reached(event.data.lastWindowEndMs);
        for (const point of skippedPoints(event.data, this.bounds.maxWindows)) this.window(point);
        break;
      case 'rapport.transcript.final': {
        const { utteranceId: id, startMs: atMs, endMs, source, party, text, redactions, intents } = event.data;
        const masked = Object.values(redactions).reduce((sum, count) => sum + count, 0);
        this.reached(endMs);
        this.line({
          kind: 'said',
          ...{ id, atMs, endMs, source, party, text, masked, intents },
          outOfScope: event.data.outOfScope,
        });
        break;
      }
      case 'rapport.alert.raised':
      case 'rapport.alert.updated':
      case 'rapport.alert.cleared': {
        const key = alertKey(event.data);
        const before = this.alerts.get(key);
        const line = alertLineOf(before, event.id, event.data);
        this.alerts.set(key, line);
        const at = before === undefined ? -1 : this.lines.indexOf(before);
        if (at >= 0) this.lines[at] = line;
        else if (before === undefined) this.line(line);
        break;
      }
      case 'rapport.session.updated': {
        const text = remarkOf(event.data);
        if (event.data.kind === 'participant') this.presence.participant(event.data);
        this.reached(event.data.mediaMs);
        if (text !== undefined) this.line({ kind: 'remark', id: event.id, atMs: event.data.mediaMs, text });
        break;
      }
    }
  }

  private start(data: SessionStartedData): void {
    if (this.started !== undefined) return;
    this.started = data;
    this.presence.started(data);
  }

  private end(data: SessionEndedData): void {
    this.start(data);
    this.ended ??= data;
    this.reached(data.durationMs);
    if (data.conversation !== undefined) this.figured(Infinity, data.conversation);
  }

  private figured(atMs: number, figures: ConversationFigures): void {
    if (this.figures === undefined || atMs >= this.figures.atMs) this.figures = { atMs, figures };
  }

  private window(point: WindowPoint): void {
    if (this.windowEnds.has(point.endMs)) return;
    this.windowEnds.add(point.endMs);
    insertByTime(this.windows, point, endOf);
    if (this.windows.length <= this.bounds.maxWindows) return;
    this.windowEnds.delete(this.windows.shift()!.endMs);
    this.isCut = true;
  }

  private line(line: Line): void {
    insertByTime(this.lines, line, timeOf);
    if (this.lines.length <= this.bounds.maxLines) return;
    const gone = this.lines.shift()!;
    if (gone.kind === 'alert') this.alerts.delete(`${gone.ruleId}@${gone.atMs}`);
    this.isCut = true;
  }

  private reached(ms: number): void {
    this.durationMs = Math.max(this.durationMs, ms);
  }

  private remember(id: string): void {
    this.ids.add(id);
    if (this.ids.size > this.bounds.maxIds) this.ids.delete(this.ids.values().next().value!);
  }
}
