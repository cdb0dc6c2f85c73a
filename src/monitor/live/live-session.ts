import {
  type AlertData,
  type CloudEvent,
  type LiveAlert,
  type LiveSession,
  type SessionStartedData,
  TRAIL_WINDOWS,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';
import { trendOf } from './trend';
import { urgencyOf } from './urgency';

/** UTF-16 units of the last words that a card keeps. */
const MAX_WORDS = 240;
const MAX_ALERTS = 8;
const MAX_INTENTS = 3;

const RANK: Readonly<Record<LiveAlert['severity'], number>> = { critical: 2, warning: 1, info: 0 };

/**
 * The card of a session after one more of its records; undefined until its first. Pure, and at most about 4 kB a session,
 * however long it lasts. Records come in the order of their seq.
 */
export function foldLive(before: LiveSession | undefined, event: CloudEvent): LiveSession | undefined {
  const typed = event as TypedEvent;
  if (before === undefined) return typed.type === 'rapport.session.started' ? begun(event.subject, typed.data) : before;
  const changed = { ...before, ...changeBy(before, typed) };
  return { ...changed, ...urgencyOf(changed) };
}

function begun(sessionId: string, { session, startedAt }: SessionStartedData): LiveSession {
  const { channel, externalId, customerId, agentId, team, queue, language } = session;
  return {
    ...{ sessionId, status: 'live', channel, externalId, customerId, agentId, team, queue, language, startedAt },
    ...{ mediaMs: 0, trail: [], intents: [], degraded: [], alerts: [], urgency: 0, reasons: [] },
  };
}

function changeBy(card: LiveSession, event: TypedEvent): Partial<LiveSession> {
  switch (event.type) {
    case 'rapport.window.assessed':
      return event.data.subject === 'customer' ? assessed(card, event.data) : {};
    case 'rapport.transcript.final': {
      const { party, text, endMs } = event.data;
      const lastWords = { party, text: text.slice(0, MAX_WORDS), endMs };
      return { lastWords, mediaMs: Math.max(card.mediaMs, endMs) };
    }
    case 'rapport.alert.raised':
      return { alerts: worst([...others(card, event.data), alertOf(event.id, event.data)]) };
    case 'rapport.alert.updated': {
      const known = card.alerts.find((alert) => isSame(alert, event.data));
      return { alerts: worst([...others(card, event.data), alertOf(known?.id ?? event.id, event.data)]) };
    }
    case 'rapport.alert.cleared':
      return { alerts: others(card, event.data) };
    case 'rapport.session.updated': {
      const { kind, detail, mediaMs } = event.data;
      if (kind === 'pause') return { status: detail.paused === true ? 'paused' : 'live' };
      if (kind === 'language' && typeof detail.language === 'string') return { language: detail.language };
      return { mediaMs: Math.max(card.mediaMs, mediaMs) };
    }
    case 'rapport.session.ended':
      return { status: 'ended', mediaMs: event.data.durationMs, alerts: [] };
    default:
      return {};
  }
}

function assessed(card: LiveSession, data: WindowAssessedData): Partial<LiveSession> {
  const { label, confidence, abstained, valence, arousal, windowEndMs, intents, degraded } = data;
  const isKnown = label !== undefined && confidence !== undefined && valence !== undefined && arousal !== undefined;
  const emotion = isKnown ? { label, confidence, abstained, valence, arousal, windowEndMs } : undefined;
  const point = isKnown && abstained === undefined ? Math.round(valence * 1000) / 1000 : null;
  const trail = [...card.trail, point].slice(-TRAIL_WINDOWS);
  const named = intents.slice(0, MAX_INTENTS).map(({ name, score }) => ({ name, score }));
  const mediaMs = Math.max(card.mediaMs, windowEndMs);
  return { emotion, trail, trend: trendOf(trail), intents: named, degraded, mediaMs };
}

const isSame = (alert: LiveAlert, { ruleId, onsetWindowEndMs }: AlertName): boolean =>
  alert.ruleId === ruleId && alert.onsetMs === onsetWindowEndMs;
const others = ({ alerts }: LiveSession, name: AlertName): LiveAlert[] => alerts.filter((one) => !isSame(one, name));
const worst = (alerts: readonly LiveAlert[]): LiveAlert[] =>
  [...alerts].sort((a, b) => RANK[b.severity] - RANK[a.severity] || b.onsetMs - a.onsetMs).slice(0, MAX_ALERTS);

type AlertName = Pick<AlertData, 'ruleId' | 'onsetWindowEndMs'>;

function alertOf(id: string, { ruleId, name, severity, onsetWindowEndMs }: AlertData): LiveAlert {
  return { id, ruleId, name: name ?? ruleId, severity, onsetMs: onsetWindowEndMs };
}
