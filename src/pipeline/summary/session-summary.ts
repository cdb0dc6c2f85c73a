import {
  type AlertData,
  type ConversationFigures,
  EMOTIONS,
  type SessionSummary,
  type TranscriptFinalData,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';
import { type Journey, meanEmotion, NO_JOURNEY, toldJourney, travelled } from './journey';

/** Intents that are remembered; the clearest of them are told. */
const MAX_INTENTS = 32;
const MAX_TOLD_INTENTS = 8;
const MAX_ALERTS = 32;
/** Probability from which an emotion has a peak worth telling. */
const PEAK = 0.5;

/** What a summary is made of: plain data of bounded size. */
export interface SummaryState extends Pick<SessionSummary, 'evidence' | 'peaks' | 'intents' | 'alerts' | 'alertCount'> {
  readonly journey: Journey;
  readonly conversation?: ConversationFigures;
}

const NO_EVIDENCE = { windows: 0, trusted: 0, abstained: 0, degraded: 0, voice: 0, face: 0, text: 0, finals: 0 };
export const NOTHING_SEEN: SummaryState = {
  ...{ evidence: NO_EVIDENCE, peaks: [], intents: [], alerts: [], alertCount: 0, journey: NO_JOURNEY },
};

/** Durable events of one session in the order of their seq. Those that a summary does not tell of change nothing. */
export function summed(state: SummaryState, event: Pick<TypedEvent, 'type' | 'data'>): SummaryState {
  const { type, data } = event as TypedEvent;
  switch (type) {
    case 'rapport.window.assessed':
      return data.subject === 'customer' ? withWindow(state, data) : state;
    case 'rapport.window.degraded': {
      if (data.subject === 'agent') return state;
      const more = Math.round((data.lastWindowEndMs - data.firstWindowEndMs) / 1000) + 1;
      return { ...state, evidence: { ...state.evidence, degraded: state.evidence.degraded + more } };
    }
    case 'rapport.transcript.final':
      return withFinal(state, data);
    case 'rapport.alert.raised':
    case 'rapport.alert.cleared':
      return withAlert(state, data);
    default:
      return state;
  }
}

export function summaryOf({ evidence, journey, peaks, intents, alerts, alertCount }: SummaryState): SessionSummary {
  const emotion = meanEmotion(journey);
  return {
    evidence: { ...evidence },
    ...(emotion === undefined ? {} : { emotion }),
    journey: toldJourney(journey),
    peaks: [...peaks],
    intents: [...intents].sort((a, b) => b.score - a.score || a.firstMs - b.firstMs).slice(0, MAX_TOLD_INTENTS),
    ...{ alerts: [...alerts], alertCount },
  };
}

function withWindow(state: SummaryState, window: WindowAssessedData): SummaryState {
  const { evidence } = state;
  const { modalities, abstained, emotion, valence, arousal, windowEndMs, conversation = state.conversation } = window;
  const present = (name: keyof typeof modalities): number => evidence[name] + (modalities[name].present ? 1 : 0);
  const counted = {
    ...evidence,
    ...{ windows: evidence.windows + 1, voice: present('voice'), face: present('face'), text: present('text') },
  };
  const isTrusted = abstained === undefined && emotion !== undefined && valence !== undefined && arousal !== undefined;
  if (!isTrusted) {
    const unsure = abstained === undefined ? 0 : 1;
    return { ...state, conversation, evidence: { ...counted, abstained: counted.abstained + unsure } };
  }
  return {
    ...{ ...state, conversation },
    evidence: { ...counted, trusted: counted.trusted + 1 },
    journey: travelled(state.journey, windowEndMs, { emotion, valence, arousal }),
    peaks: EMOTIONS.flatMap((label) => {
      const before = state.peaks.filter((peak) => peak.label === label);
      const value = emotion[label];
      const isHigher = label !== 'neutral' && value >= PEAK && before.every((peak) => value > peak.value);
      return isHigher ? [{ label, value, windowEndMs }] : before;
    }),
  };
}

function withFinal(state: SummaryState, { intents, party, startMs, endMs }: TranscriptFinalData): SummaryState {
  const { evidence } = state;
  const known = new Map(state.intents.map((intent) => [intent.name, intent]));
  for (const { name, score } of party === 'customer' ? intents : []) {
    const before = known.get(name);
    if (before === undefined && known.size >= MAX_INTENTS) continue;
    known.set(name, {
      name,
      score: Math.max(score, before?.score ?? 0),
      texts: (before?.texts ?? 0) + 1,
      firstMs: Math.min(startMs, before?.firstMs ?? startMs),
      lastMs: Math.max(endMs, before?.lastMs ?? endMs),
    });
  }
  return { ...state, evidence: { ...evidence, finals: evidence.finals + 1 }, intents: [...known.values()] };
}

function withAlert(state: SummaryState, alert: AlertData): SummaryState {
  const { ruleId, name, severity, onsetWindowEndMs, step, windowEndMs, clearReason } = alert;
  if (step === 'raised') {
    const raised = { ruleId, ...(name === undefined ? {} : { name }), severity, onsetWindowEndMs };
    const alerts = state.alerts.length < MAX_ALERTS ? [...state.alerts, raised] : state.alerts;
    return { ...state, alerts, alertCount: state.alertCount + 1 };
  }
  const isIt = (one: SummaryState['alerts'][number]): boolean =>
    one.ruleId === ruleId && one.onsetWindowEndMs === onsetWindowEndMs;
  return {
    ...state,
    alerts: state.alerts.map((one) => (isIt(one) ? { ...one, clearedMs: windowEndMs, clearReason } : one)),
  };
}
