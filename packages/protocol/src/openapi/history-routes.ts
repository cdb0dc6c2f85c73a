import type { z } from 'zod';
import {
  CorrectionList,
  CorrectionMade,
  CorrectionRequest,
  CorrectionsQuery,
  EventsQuery,
  ExportQuery,
  SearchAnswer,
  SEARCH_PARAMETERS,
  SessionCorrections,
  SessionEvents,
  SessionExport,
  SessionList,
  SessionQuery,
  VoiceQuery,
} from '../history-messages';
import { type HttpRoute, type Parameter, sessionId } from './route';

/** What each parameter of a query is for; types and bounds are those of the schema. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  q: 'What was meant, in words; found by meaning and by the words themselves.',
  like: 'A moment that others are to be like: SESSION@MS, media time.',
  ...{ team: 'Of session.start.', agentId: 'Of session.start.', customerId: 'Of session.start.' },
  ...{ queue: 'Of session.start.', channel: 'Of session.start.', language: 'BCP 47.' },
  intent: 'That was active at some moment.',
  emotion: 'That was assessed at some moment, without abstention; see minConfidence.',
  minConfidence: 'Of emotion.',
  ...{ from: 'Started at or after; RFC 3339.', to: 'Started before; RFC 3339.' },
  live: 'true: those that go on; false: those that are over.',
  limit: 'Of one page.',
  cursor: 'The next of the answer before.',
  format: 'json: all events; vtt: the transcript as WebVTT; emotionml: the assessments as EmotionML 1.0.',
};

const queryOf = (shape: Readonly<Record<string, z.ZodType>>): Record<string, Parameter> =>
  Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [
      name,
      { in: 'query', schema, description: DESCRIPTIONS[name] ?? name } satisfies Parameter,
    ]),
  );

const READERS = ['monitor', 'search', 'admin'] as const;

export const HISTORY_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/v1/sessions',
    operationId: 'listSessions',
    tag: 'history',
    summary: 'Conversations, the newest first.',
    scopes: READERS,
    parameters: queryOf(SessionQuery.shape),
    answers: { 200: { description: 'A page.', body: SessionList } },
    errors: ['invalid_request', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/v1/sessions/{id}/events',
    operationId: 'listSessionEvents',
    tag: 'history',
    summary: 'All durable events of a conversation in order.',
    scopes: READERS,
    parameters: { id: sessionId, ...queryOf(EventsQuery.shape) },
    answers: { 200: { description: 'A page.', body: SessionEvents } },
    errors: ['invalid_request', 'session_unknown', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/v1/sessions/{id}/export',
    operationId: 'exportSession',
    tag: 'history',
    summary:
      'A whole conversation as a file: JSON, or by format WebVTT (text/vtt) or EmotionML (application/emotionml+xml).',
    scopes: READERS,
    parameters: { id: sessionId, ...queryOf(ExportQuery.shape) },
    answers: { 200: { description: 'The file.', body: SessionExport } },
    errors: ['invalid_request', 'session_unknown', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/v1/search',
    operationId: 'searchMoments',
    tag: 'history',
    summary: 'Moments of conversations, by what was meant or by what they are like.',
    scopes: READERS,
    parameters: queryOf(SEARCH_PARAMETERS),
    answers: { 200: { description: 'A page, the best first.', body: SearchAnswer } },
    errors: ['invalid_request', 'session_unknown', 'moment_unknown', 'history_unavailable'],
  },
  {
    method: 'post',
    path: '/v1/search/voice',
    operationId: 'searchVoice',
    tag: 'history',
    summary:
      'Moments by what is said in a recording, and by how: 0.2 to 15 s, PCM16 little-endian, 16 kHz, one channel.',
    scopes: READERS,
    parameters: queryOf(VoiceQuery.shape),
    body: 'application/octet-stream',
    answers: { 200: { description: 'The best first; none where no words are heard.', body: SearchAnswer } },
    errors: ['history_unavailable'],
  },
  {
    method: 'post',
    path: '/v1/sessions/{id}/corrections',
    operationId: 'correctSession',
    tag: 'history',
    summary: 'Says what the emotion or intent of a window or utterance was in truth.',
    scopes: ['monitor', 'admin'],
    parameters: { id: sessionId },
    body: CorrectionRequest,
    answers: { 201: { description: 'It is kept.', body: CorrectionMade } },
    errors: ['session_unknown', 'moment_unknown', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/v1/sessions/{id}/corrections',
    operationId: 'listSessionCorrections',
    tag: 'history',
    summary: 'What was corrected in a conversation, in the order in which that was done: the newest 500.',
    scopes: READERS,
    parameters: { id: sessionId },
    answers: { 200: { description: 'All of them.', body: SessionCorrections } },
    errors: ['invalid_request', 'session_unknown', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/v1/corrections',
    operationId: 'listCorrections',
    tag: 'history',
    summary: 'What was corrected, as examples to train and measure with; the oldest first.',
    scopes: ['admin'],
    parameters: queryOf(CorrectionsQuery.shape),
    answers: { 200: { description: 'A page.', body: CorrectionList } },
    errors: ['invalid_request', 'history_unavailable'],
  },
];
