import { type AlertView, RapportError, type SessionMetadata, type TypedEvent } from '@rapport-live/protocol';
import { eventId } from '../../delivery/event-id';
import type { DurableRecord } from '../../delivery/session-result';
import { canSee, type SeenSession, type Viewer } from '../../gateway/auth/viewer';
import { HeardWords } from './heard-words';
import { type AlertSession, alertHandled, alertTold, type KeptAlert, sessionOver, viewOf } from './kept-alert';

/** Alerts that are kept; beyond them the oldest that is cleared is forgotten, and if none is, the oldest. */
const MAX_ALERTS = 10_000;
/** Sessions of which is known whose they are. */
const MAX_SESSIONS = 20_000;

/** Told whose alert changed, or went. */
export type AlertListener = (whose: SeenSession) => void;

const SEVEREST_FIRST = { critical: 0, warning: 1, info: 2 } as const;

/** What a desk says about alerts: everything in it comes from durable records, so it is the same after a restart. */
export class AlertDesk {
  /** By id, in the order in which they were raised. */
  private readonly alerts = new Map<string, KeptAlert>();
  private readonly ofSession = new Map<string, string[]>();
  private readonly sessions = new Map<string, AlertSession>();
  private readonly heard = new HeardWords();
  private readonly listeners = new Set<AlertListener>();

  constructor(private readonly maxAlerts = MAX_ALERTS) {}

  /** Records come in the order of the log; one that came before changes nothing. */
  see({ event }: Pick<DurableRecord, 'event'>): void {
    const told = { id: event.id, at: event.time };
    const typed = event as TypedEvent;
    switch (typed.type) {
      case 'rapport.session.started':
        this.sessions.set(event.partitionkey, aboutOf(typed.data.session));
        if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
        break;
      case 'rapport.transcript.final':
        this.heard.hear(event.partitionkey, typed.data);
        break;
      case 'rapport.alert.raised':
      case 'rapport.alert.updated':
      case 'rapport.alert.cleared': {
        const { tenant, subject: sessionId, partitionkey, datakey: dataKey } = event;
        const whose = { tenant, sessionId, dataKey };
        const { ruleId, onsetWindowEndMs, evidence = [] } = typed.data;
        const id = eventId(whose, { type: 'rapport.alert.raised', naturalKey: [ruleId, onsetWindowEndMs, 0] });
        const about = { id, ...whose, ...this.sessions.get(partitionkey) };
        const words = this.heard.over(partitionkey, evidence);
        this.keep(partitionkey, alertTold(this.alerts.get(id), about, typed.data, told, words));
        break;
      }
      case 'rapport.session.ended':
        this.heard.forget(event.partitionkey);
        for (const id of this.ofSession.get(event.partitionkey) ?? []) {
          const alert = this.alerts.get(id);
          if (alert !== undefined) this.put(sessionOver(alert, told));
        }
        break;
      case 'rapport.session.erased':
        this.forgetSession(event.partitionkey);
        break;
      case 'rapport.monitor.alert_handled': {
        const alert = this.alerts.get(typed.data.alertId);
        if (alert?.tenant === event.tenant) this.put(alertHandled(alert, typed.data, told));
        break;
      }
    }
  }

  /** What last came of an alert before this goes, with what was said and noted: the log has it no longer. @param untilMs wall clock */
  forgetBefore(untilMs: number): void {
    const until = new Date(untilMs).toISOString();
    for (const alert of this.alerts.values()) {
      if (alert.changedAt >= until) continue;
      this.forget(alert);
      this.tell(alert);
    }
  }

  /** Those that the viewer may see: the worst first, of those the newest. */
  list(viewer: Viewer, state: 'open' | 'cleared' | 'all'): AlertView[] {
    const seen = [...this.alerts.values()].filter(
      (alert) => canSee(viewer, alert) && (state === 'all' || alert.state === state),
    );
    return seen
      .reverse()
      .sort((a, b) => SEVEREST_FIRST[a.severity] - SEVEREST_FIRST[b.severity])
      .map(viewOf);
  }

  /** Throws RapportError `alert_unknown`, also for one that the viewer may not see. */
  find(viewer: Viewer, id: string): AlertView {
    const alert = this.alerts.get(id);
    if (alert !== undefined && canSee(viewer, alert)) return viewOf(alert);
    throw new RapportError('alert_unknown', `There is no alert ${JSON.stringify(id.slice(0, 64))} here.`);
  }

  /** Of the session of an alert that is kept; undefined: its events are not encrypted. */
  dataKeyOf(id: string): string | undefined {
    return this.alerts.get(id)?.dataKey;
  }

  /** Returns how to stop. */
  listen(listener: AlertListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private put(alert: KeptAlert): void {
    if (this.alerts.get(alert.id) === alert) return;
    this.alerts.set(alert.id, alert);
    this.tell(alert);
  }

  private tell(whose: SeenSession): void {
    for (const listener of this.listeners) listener(whose);
  }

  private keep(key: string, alert: KeptAlert): void {
    const isNew = !this.alerts.has(alert.id);
    this.put(alert);
    if (!isNew) return;
    this.ofSession.set(key, [...(this.ofSession.get(key) ?? []), alert.id]);
    if (this.alerts.size <= this.maxAlerts) return;
    const cleared = [...this.alerts.values()].find(({ state }) => state === 'cleared');
    this.forget(cleared ?? [...this.alerts.values()][0]!);
  }

  private forget({ id, tenant, sessionId }: KeptAlert): void {
    const key = `${tenant}/${sessionId}`;
    this.alerts.delete(id);
    const left = (this.ofSession.get(key) ?? []).filter((one) => one !== id);
    if (left.length === 0) this.ofSession.delete(key);
    else this.ofSession.set(key, left);
  }

  private forgetSession(key: string): void {
    for (const id of this.ofSession.get(key) ?? []) {
      const alert = this.alerts.get(id);
      if (this.alerts.delete(id)) this.tell(alert!);
    }
    this.ofSession.delete(key);
    this.sessions.delete(key);
    this.heard.forget(key);
  }
}

function aboutOf({ externalId, customerId, agentId, team, queue, channel }: SessionMetadata): AlertSession {
  return { externalId, customerId, agentId, team, queue, channel };
}
