import type {
  AlertData,
  Emotion,
  EmotionDistribution,
  SessionEndedData,
  SessionStartedData,
  SessionUpdatedData,
  TranscriptFinalData,
  TypedEvent,
  WindowAssessedData,
  WindowDegradedData,
} from '@rapport-live/protocol';

/** Made-up events of one session for tests of what the page makes of them. */

const EMOTIONS: readonly Emotion[] = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];

const eventOf = (type: TypedEvent['type'], id: string, data: unknown): TypedEvent =>
  ({ type, id, data }) as unknown as TypedEvent;

export const emotions = (label: Emotion, share: number): EmotionDistribution =>
  Object.fromEntries(
    EMOTIONS.map((name) => [name, name === label ? share : (1 - share) / (EMOTIONS.length - 1)]),
  ) as EmotionDistribution;

export function assessed(windowEndMs: number, given: Partial<WindowAssessedData> = {}): TypedEvent {
  const { label = 'neutral', confidence = 0.7 } = given;
  const there = { present: true, evidence: 2000, contribution: 0.2 };
  const absent = { present: false, absentReason: 'no_media' as const, evidence: 0, contribution: 0 };
  const data: WindowAssessedData = {
    ...{ windowStartMs: Math.max(0, windowEndMs - 4000), windowEndMs, subject: 'customer' },
    ...{ emotion: emotions(label, confidence), label, confidence, valence: 0.1, arousal: 0.2 },
    modalities: { voice: there, face: absent, text: there },
    ...{ intents: [], outOfScope: false, degraded: [], models: [], stageMs: { wait: 1, model: 2, overhead: 3 } },
    ...given,
  };
  return eventOf('rapport.window.assessed', `w-${windowEndMs}-${data.subject}`, data);
}

export const left = (
  firstWindowEndMs: number,
  lastWindowEndMs: number,
  reason: WindowDegradedData['reason'] = 'deadline',
): TypedEvent =>
  eventOf('rapport.window.degraded', `d-${firstWindowEndMs}`, { firstWindowEndMs, lastWindowEndMs, reason });

export function said(startMs: number, endMs: number, given: Partial<TranscriptFinalData> = {}): TypedEvent {
  const data: TranscriptFinalData = {
    ...{ utteranceId: `u-${startMs}`, source: 'voice', stream: 'customer-voice-1', party: 'customer' },
    ...{ startMs, endMs, text: 'Where is my order?', redactions: {}, intents: [], outOfScope: false, models: [] },
    ...given,
  };
  return eventOf('rapport.transcript.final', `f-${data.utteranceId}`, data);
}

export function alert(
  step: AlertData['step'],
  revision: number,
  onsetWindowEndMs: number,
  given: Partial<AlertData> = {},
): TypedEvent {
  const data: AlertData = {
    ...{ ruleId: 'anger', step, revision, onsetWindowEndMs, windowEndMs: onsetWindowEndMs + revision * 1000 },
    ...{ severity: 'warning', detail: {}, name: 'Anger' },
    ...given,
  };
  return eventOf(`rapport.alert.${step}`, `a-${data.ruleId}-${onsetWindowEndMs}-${revision}`, data);
}

export const updated = (
  kind: SessionUpdatedData['kind'],
  mediaMs: number,
  detail: SessionUpdatedData['detail'],
  scope?: string,
): TypedEvent =>
  eventOf('rapport.session.updated', `s-${kind}-${mediaMs}-${scope ?? ''}`, {
    ...{ kind, mediaMs, detail },
    ...(scope === undefined ? {} : { scope }),
  });

const ABOUT: SessionStartedData = {
  session: { channel: 'voice', language: 'en', consent: { analysis: true } },
  streams: [
    { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
    { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' },
  ],
  ...{ pace: 1, startedAt: '2026-03-02T09:00:00.010Z', models: [], agentEmotion: false },
};

export const started = (): TypedEvent => eventOf('rapport.session.started', 'started', ABOUT);

export const ended = (durationMs: number, given: Partial<SessionEndedData> = {}): TypedEvent =>
  eventOf('rapport.session.ended', 'ended', {
    ...ABOUT,
    ...{ endedAt: ABOUT.startedAt, durationMs, reason: 'ended', incomplete: false, dropped: {} },
    ...{ assessments: 0, finals: 0, ...given },
  });
