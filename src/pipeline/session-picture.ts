import type { AlertData, CloudEvent, SessionState, TypedEvent } from '@rapport-live/protocol';
import type { DurableRecord } from '../delivery/session-result';
import { PresentParticipants } from './present-participants';

/** As `session.state` has room for. */
const MAX_FINALS = 20;
const MAX_ALERTS = 64;
const MAX_SHED = 8;

/** The part of `session.state` that results make. */
export type Picture = Pick<
  SessionState,
  'resultSeq' | 'started' | 'assessed' | 'alerts' | 'finals' | 'participants' | 'shed'
>;

/** What somebody who joins late must see of a session: of each kind the newest results, a bounded number of them. */
export class SessionPicture {
  private resultSeq = 0;
  private started: CloudEvent | undefined;
  private assessed: CloudEvent | undefined;
  /** The session's last result is durable. */
  hasEnded = false;
  private readonly finals: CloudEvent[] = [];
  /** By rule and onset, the newest last. */
  private readonly alerts = new Map<string, CloudEvent>();
  private readonly participants = new PresentParticipants();
  private readonly shed = new Set<string>();

  /** Records come in the order of their seq. */
  see({ seq, event }: Pick<DurableRecord, 'seq' | 'event'>): void {
    this.resultSeq = seq;
    const typed = event as TypedEvent;
    switch (typed.type) {
      case 'rapport.session.started':
        this.started = event;
        break;
      case 'rapport.session.ended':
        this.hasEnded = true;
        break;
      case 'rapport.window.assessed':
        this.assessed = event;
        break;
      case 'rapport.transcript.final':
        this.finals.push(event);
        if (this.finals.length > MAX_FINALS) this.finals.shift();
        break;
      case 'rapport.alert.raised':
      case 'rapport.alert.updated':
        this.alert(typed.data, event);
        break;
      case 'rapport.alert.cleared':
        this.alerts.delete(alertKey(typed.data));
        break;
      case 'rapport.session.updated': {
        const { kind, detail } = typed.data;
        if (kind === 'participant') this.participants.see(typed.data, event);
        if (kind === 'shed' && typeof detail.step === 'string') this.step(detail.step, detail.active === true);
        break;
      }
    }
  }

  /** The newest of each alert that is not cleared. */
  get openAlerts(): readonly AlertData[] {
    return [...this.alerts.values()].map(({ data }) => data as AlertData);
  }

  /** Undefined before the session's first result is durable. */
  now(): Picture | undefined {
    const { started, assessed, resultSeq } = this;
    if (started === undefined) return undefined;
    return {
      ...{ resultSeq, started },
      ...(assessed === undefined ? {} : { assessed }),
      ...{ alerts: [...this.alerts.values()], finals: [...this.finals] },
      ...{ participants: this.participants.events, shed: [...this.shed] },
    };
  }

  private alert(data: AlertName, event: CloudEvent): void {
    const key = alertKey(data);
    this.alerts.delete(key);
    this.alerts.set(key, event);
    if (this.alerts.size > MAX_ALERTS) this.alerts.delete(this.alerts.keys().next().value!);
  }

  private step(step: string, isActive: boolean): void {
    if (!isActive) this.shed.delete(step);
    else if (this.shed.size < MAX_SHED) this.shed.add(step);
  }
}

interface AlertName {
  readonly ruleId: string;
  readonly onsetWindowEndMs: number;
}

const alertKey = ({ ruleId, onsetWindowEndMs }: AlertName): string => `${onsetWindowEndMs} ${ruleId}`;
