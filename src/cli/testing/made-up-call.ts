import {
  EMOTIONS,
  type Emotion,
  type EmotionDistribution,
  type SessionEndedData,
  type SessionUpdatedData,
  type TranscriptFinalData,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';

/** Made-up results for tests of what reads them. */

export function emotions(label: Emotion, share: number): EmotionDistribution {
  const rest = (1 - share) / (EMOTIONS.length - 1);
  return Object.fromEntries(EMOTIONS.map((name) => [name, name === label ? share : rest])) as EmotionDistribution;
}

export function windowAt(windowEndMs: number, given: Partial<WindowAssessedData> = {}): TypedEvent {
  const { label = 'neutral', confidence = 0.7 } = given;
  const there = { present: true, evidence: 2000, contribution: 0.2 };
  const absent = { present: false, absentReason: 'no_media' as const, evidence: 0, contribution: 0 };
  const data: WindowAssessedData = {
    windowStartMs: Math.max(0, windowEndMs - 4000),
    windowEndMs,
    subject: 'customer',
    emotion: emotions(label, confidence),
    label,
    confidence,
    valence: label === 'anger' ? -0.5 : 0.1,
    arousal: 0.2,
    modalities: { voice: there, face: absent, text: there },
    intents: [],
    outOfScope: false,
    degraded: [],
    models: [],
    stageMs: { wait: 1, model: 2, overhead: 3 },
    ...given,
  };
  return { type: 'rapport.window.assessed', data } as TypedEvent;
}

export function said(startMs: number, endMs: number, given: Partial<TranscriptFinalData> = {}): TypedEvent {
  const data: TranscriptFinalData = {
    utteranceId: `customer-voice-1-${startMs}`,
    source: 'voice',
    stream: 'customer-voice-1',
    party: 'customer',
    startMs,
    endMs,
    text: 'Where is my order?',
    redactions: {},
    confidence: 0.9,
    intents: [],
    outOfScope: false,
    models: [],
    ...given,
  };
  return { type: 'rapport.transcript.final', data } as TypedEvent;
}

export function participant(
  mediaMs: number,
  action: string,
  { party = 'customer', id }: { readonly party?: string; readonly id?: string } = {},
): Extract<TypedEvent, { type: 'rapport.session.updated' }> {
  const scope = id === undefined ? {} : { scope: id };
  const data: SessionUpdatedData = { kind: 'participant', mediaMs, ...scope, detail: { action, party } };
  return { type: 'rapport.session.updated', data } as Extract<TypedEvent, { type: 'rapport.session.updated' }>;
}

const about = {
  session: { channel: 'voice' as const, language: 'en', consent: { analysis: true } },
  streams: [{ streamId: 1, kind: 'voice' as const, party: 'customer' as const, codec: 'pcm16le-16k' as const }],
  pace: 1,
  startedAt: '2026-03-02T09:00:00.010Z',
  models: [{ name: 'fusion', version: '1.2.3' }],
  agentEmotion: false,
};

/** The events between a start and an end. */
export function callOf(
  durationMs: number,
  events: readonly TypedEvent[],
  incomplete = false,
  end: Partial<SessionEndedData> = {},
): TypedEvent[] {
  const data = { ...about, endedAt: about.startedAt, durationMs, reason: 'ended', incomplete, dropped: {} };
  return [
    { type: 'rapport.session.started', data: about } as unknown as TypedEvent,
    ...events,
    { type: 'rapport.session.ended', data: { ...data, assessments: 0, finals: 0, ...end } } as unknown as TypedEvent,
  ];
}
