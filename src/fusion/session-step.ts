import type { ModelRef } from '@rapport-live/protocol';
import type { SessionResult } from '../delivery/session-result';
import type { EncodedText, HopFailed, LanguageTold } from '../facts/encoded-fact';
import { holdWordOf } from '../facts/hold-word';
import type { StreamUpdated } from '../facts/stream-fact';
import { hearIntents } from './active-intents';
import { conversationFigures, countWords } from './conversation-figures';
import { assessment, type FusionOutcome } from './assessment';
import type { FusionCalibration } from './calibration';
import type { FusionOptions } from './fusion-options';
import { type IntentIndex, intentEmbedding, type IntentScores, scoreIntents } from './intent-index';
import { rounded } from './rounding';
import { moveMean, type SessionState } from './session-state';
import { hearHold } from './hold-state';
import { hearHop, type HopSpeech } from './talk-state';
import type { Window } from './window-assembler';

/** What happens to a session behind streams. What networks said comes in with the event: the step itself is pure. */
export type SessionEvent =
  | HopEvent
  | { readonly kind: 'text'; readonly text: EncodedText }
  | AgentEvent
  | { readonly kind: 'language'; readonly told: LanguageTold }
  | { readonly kind: 'updated'; readonly update: StreamUpdated };

/** A window and what was made of it. */
interface AssessedWindow {
  readonly window: Window;
  /** Absent when no modality was present. */
  readonly fusion?: FusionOutcome;
  readonly models: readonly ModelRef[];
  readonly stageMs: { readonly wait: number; readonly model: number; readonly overhead: number };
}

/** What became of one hop: a second of media, of which each brings who spoke in it. */
type HopEvent = { readonly heard: HopSpeech } & (
  | ({ readonly kind: 'window' } & AssessedWindow)
  /** A window that has its result already. */
  | { readonly kind: 'passed' }
  /** A window with nothing new. */
  | { readonly kind: 'quiet'; readonly windowEndMs: number }
  | { readonly kind: 'failed'; readonly windowEndMs: number; readonly reason: HopFailed['reason'] }
);

/** A window of the agent, assessed as a subject of its own. Who spoke when is told by the customer's. */
type AgentEvent =
  | ({ readonly kind: 'agent-window' } & AssessedWindow)
  | { readonly kind: 'agent-failed'; readonly windowEndMs: number; readonly reason: HopFailed['reason'] };

/** What the step goes by, the same for all sessions of a tenant. */
export interface FusionPolicy {
  readonly calibration: FusionCalibration;
  readonly intents: IntentIndex;
  readonly options: FusionOptions;
}

export type Stepped = readonly [SessionState, readonly SessionResult[]];

/** The one function that changes a session's state. */
export function step(before: SessionState, event: SessionEvent, policy: FusionPolicy): Stepped {
  // no window is issued twice, whatever a replay brings
  if (endOfWindow(event) <= before.lastWindowEndMs) return [before, []];
  const state = 'heard' in event ? { ...before, talk: hearHop(before.talk, event.heard) } : before;
  switch (event.kind) {
    case 'window':
      return onWindow(state, event, policy);
    case 'passed':
      return [state, []];
    case 'quiet':
      return onQuiet(state, event, policy.options);
    case 'failed': {
      const { windowEndMs, reason } = event;
      const data = { firstWindowEndMs: windowEndMs, lastWindowEndMs: windowEndMs, reason };
      return [signed(state, windowEndMs), [{ type: 'rapport.window.degraded', naturalKey: [windowEndMs], data }]];
    }
    case 'agent-window':
    case 'agent-failed':
      return onAgent(state, event, policy);
    case 'text':
      return onText(state, event.text, policy);
    case 'language':
      return onLanguage(state, event.told);
    case 'updated': {
      const { update, mediaMs, scope, detail } = event.update;
      return [
        {
          ...state,
          holds: holdsAfter(state.holds, event.update),
          language: languageAfter(state.language, event.update),
        },
        [
          {
            type: 'rapport.session.updated',
            naturalKey: [update, mediaMs, ...(scope === undefined ? [] : [scope])],
            data: { kind: update, mediaMs, ...(scope === undefined ? {} : { scope }), detail: { ...detail } },
          },
        ],
      ];
    }
  }
}

/** Told once: a second word, as a replay brings it, changes nothing. */
function onLanguage(state: SessionState, { language, confidence, source, mediaMs }: LanguageTold): Stepped {
  if (state.language !== null) return [state, []];
  const data = { kind: 'language' as const, mediaMs, detail: { language, confidence, source } };
  return [
    { ...state, language: { tag: language, source } },
    [{ type: 'rapport.session.updated', naturalKey: ['language', mediaMs], data }],
  ];
}

/** Who stated the language may state another; what was told by what the customer says stays. */
function languageAfter(
  language: SessionState['language'],
  { update, detail }: StreamUpdated,
): SessionState['language'] {
  return update === 'language' ? { tag: String(detail.language), source: 'stated' } : language;
}

function holdsAfter(holds: SessionState['holds'], update: StreamUpdated): SessionState['holds'] {
  const word = holdWordOf(update);
  return word === undefined ? holds : hearHold(holds, word);
}

function endOfWindow(event: SessionEvent): number {
  if (event.kind === 'window') return event.window.windowEndMs;
  return event.kind === 'quiet' || event.kind === 'failed' ? event.windowEndMs : Infinity;
}

function onWindow(
  state: SessionState,
  { window, fusion, models, stageMs }: Extract<SessionEvent, { kind: 'window' }>,
  policy: FusionPolicy,
): Stepped {
  const { options } = policy;
  const data = {
    ...assessment(window, fusion, state, policy),
    language: state.language?.tag,
    conversation: conversationFigures(state),
    models: [...models],
    stageMs: { ...stageMs },
  };
  const next: SessionState = {
    ...signed(state, window.windowEndMs),
    memory: fusion === undefined ? state.memory : moveMean(state.memory, fusion.embedding, options.memoryRate),
  };
  return [next, [{ type: 'rapport.window.assessed', naturalKey: [window.windowEndMs], data }]];
}

/** The ids of the customer's windows are what they are without the agent's: only those name their subject. */
function onAgent(state: SessionState, event: AgentEvent, policy: FusionPolicy): Stepped {
  const windowEndMs = event.kind === 'agent-window' ? event.window.windowEndMs : event.windowEndMs;
  if (windowEndMs <= state.agent.lastWindowEndMs) return [state, []];
  const next = { ...state, agent: { lastWindowEndMs: windowEndMs } };
  const naturalKey = [windowEndMs, 'agent'] as const;
  if (event.kind === 'agent-failed') {
    const { reason } = event;
    const data = { firstWindowEndMs: windowEndMs, lastWindowEndMs: windowEndMs, subject: 'agent' as const, reason };
    return [next, [{ type: 'rapport.window.degraded', naturalKey, data }]];
  }
  const { window, fusion, models, stageMs } = event;
  const data = {
    ...assessment(window, fusion, state, policy, 'agent'),
    language: state.language?.tag,
    models: [...models],
    stageMs: { ...stageMs },
  };
  return [next, [{ type: 'rapport.window.assessed', naturalKey, data }]];
}

function onQuiet(
  state: SessionState,
  { windowEndMs, heard }: Extract<HopEvent, { kind: 'quiet' }>,
  { heartbeatMs }: FusionOptions,
): Stepped {
  const next = { ...state, lastWindowEndMs: windowEndMs };
  if (windowEndMs - state.lastSignMs < heartbeatMs) return [next, []];
  const paused = heard.unheard?.some(({ endMs, held }) => endMs >= windowEndMs && held !== true) === true;
  const data = { mediaMs: windowEndMs, ...(paused ? { paused } : {}) };
  return [
    { ...next, lastSignMs: windowEndMs },
    [{ type: 'rapport.session.heartbeat', naturalKey: [windowEndMs], data }],
  ];
}

function onText(state: SessionState, text: EncodedText, { intents: index, options }: FusionPolicy): Stepped {
  // only what the customer says tells what the customer wants
  const scores = text.party === 'customer' && text.embedding && scoreIntents(index, intentEmbedding(text.embedding));
  const counter = state.talkCounters[text.party];
  const spoken = text.source === 'voice';
  const next: SessionState = {
    ...state,
    ...(scores && {
      activeIntents: hearIntents(state.activeIntents, scores, text, options),
      lastScored: { endMs: text.endMs, outOfScope: scores.outOfScope },
    }),
    talkCounters: {
      ...state.talkCounters,
      [text.party]: {
        utterances: counter.utterances + (spoken ? 1 : 0),
        utteranceMs: counter.utteranceMs + (spoken ? text.endMs - text.startMs : 0),
        speechMs: counter.speechMs + (spoken ? text.speechMs : 0),
        words: counter.words + (spoken ? countWords(text.text) : 0),
        messages: counter.messages + (spoken ? 0 : 1),
      },
    },
  };
  return [next, [transcriptFinal(text, scores || undefined, options)]];
}

function transcriptFinal(text: EncodedText, scores: IntentScores | undefined, options: FusionOptions): SessionResult {
  const outOfScope = scores?.outOfScope ?? false;
  const listed = scores === undefined || outOfScope ? [] : scores.intents;
  return {
    type: 'rapport.transcript.final',
    naturalKey: [text.streamName, text.startMs],
    data: {
      utteranceId: text.textId,
      source: text.source,
      stream: text.streamName,
      party: text.party,
      startMs: text.startMs,
      endMs: text.endMs,
      text: text.text,
      redactions: { ...text.redactions },
      language: text.language,
      confidence: text.confidence === undefined ? undefined : rounded(text.confidence),
      words: text.words?.map((word) => ({ ...word, probability: rounded(word.probability) })),
      intents: listed
        .slice(0, options.maxTranscriptIntents)
        .filter(({ score }) => score >= options.intentFloor)
        .map(({ name, score }) => ({ name, score: rounded(score) })),
      outOfScope,
      models: [...text.models],
    },
  };
}

function signed(state: SessionState, windowEndMs: number): SessionState {
  return { ...state, lastWindowEndMs: windowEndMs, lastSignMs: windowEndMs };
}
