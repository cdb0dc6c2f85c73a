import { z } from 'zod';
import { externalText } from './client-messages';
import { CloudEvent } from './event-table';
import { EMOTIONS, PARTIES } from './vocabulary';
import { IntentName } from './intent-messages';

/** The bodies of `/v1/sessions`, `/v1/search` and `/v1/corrections` (docs/history.md). */

const ms = z.number().min(0);
const unit = z.number().min(0).max(1);

/** Most that one page has. */
export const MAX_PAGE = 200;
/** UTF-16 units of a query. */
export const MAX_QUERY_LENGTH = 500;

/** The most that an emotion was, and where. */
export const EmotionPeak = z.object({ emotion: z.enum(EMOTIONS), confidence: unit, atMs: ms });
export type EmotionPeak = z.infer<typeof EmotionPeak>;

export const HeardIntent = z.object({ name: z.string(), score: unit, atMs: ms });
export type HeardIntent = z.infer<typeof HeardIntent>;

/** A conversation of the history. Names are absent for who may not see them. */
export const SessionListed = z.object({
  sessionId: z.uuid(),
  /** Wall clock, RFC 3339. */
  startedAt: z.string(),
  /** Absent: it goes on. */
  endedAt: z.string().optional(),
  durationMs: ms.optional(),
  reason: z.string().optional(),
  externalId: z.string().optional(),
  customerId: z.string().optional(),
  agentId: z.string().optional(),
  team: z.string().optional(),
  queue: z.string().optional(),
  channel: z.string().optional(),
  language: z.string().optional(),
  /** Of the customer, the strongest first; windows that abstained are not among them. */
  peaks: z.array(EmotionPeak).readonly(),
  /** The strongest first. */
  intents: z.array(HeardIntent).readonly(),
});
export type SessionListed = z.infer<typeof SessionListed>;

export const SessionList = z.object({
  sessions: z.array(SessionListed).readonly(),
  /** For `cursor`; absent: there are no more. */
  next: z.string().optional(),
});
export type SessionList = z.infer<typeof SessionList>;

export const SessionEvents = z.object({
  /** In the order in which they became durable. */
  events: z.array(CloudEvent).readonly(),
  next: z.string().optional(),
});
export type SessionEvents = z.infer<typeof SessionEvents>;

/** A moment of a conversation. */
export const SearchHit = z.object({
  kind: z.enum(['utterance', 'window']),
  /** Media time to open the conversation at. */
  atMs: ms,
  endMs: ms,
  /** Of an utterance or message. */
  utteranceId: z.string().optional(),
  party: z.enum(PARTIES).optional(),
  text: z.string().optional(),
  /** Of a window: what was assessed, and how sure that is. */
  emotion: z.enum(EMOTIONS).optional(),
  confidence: unit.optional(),
  /** Comparable within one answer only. */
  score: z.number(),
  session: SessionListed,
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  /** Best first. */
  hits: z.array(SearchHit).readonly(),
  next: z.string().optional(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** `GET /v1/sessions/{id}/export` as JSON. */
export const SessionExport = z.object({ session: SessionListed, events: z.array(CloudEvent).readonly() });
export type SessionExport = z.infer<typeof SessionExport>;

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50);
const cursor = z.string().max(256).optional();

/** What lists and searches can be narrowed to. */
export const SESSION_FILTERS = {
  team: externalText.optional(),
  agentId: externalText.optional(),
  customerId: externalText.optional(),
  queue: externalText.optional(),
  channel: z.enum(['voice', 'chat', 'video']).optional(),
  language: z.string().min(2).max(35).optional(),
  intent: IntentName.optional(),
  emotion: z.enum(EMOTIONS).optional(),
  minConfidence: z.coerce.number().min(0).max(1).default(0.5),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  live: flag.optional(),
} as const;

/** The query of `GET /v1/sessions`. */
export const SessionQuery = z.strictObject({ ...SESSION_FILTERS, limit, cursor });
export type SessionQuery = z.infer<typeof SessionQuery>;

/** The query of `GET /v1/sessions/{id}/events`. */
export const EventsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(500), cursor });
export type EventsQuery = z.infer<typeof EventsQuery>;

/** The query of `GET /v1/search`: words, or a moment that others are to be like. */
export const SEARCH_PARAMETERS = {
  q: z
    .string()
    .min(1)
    .max(MAX_QUERY_LENGTH, { error: `at most ${MAX_QUERY_LENGTH} characters` })
    .optional(),
  /** `SESSION@MS`. */
  like: z
    .string()
    .regex(/^[0-9a-fA-F-]{36}@\d{1,12}$/, { error: 'SESSION@MS' })
    .optional(),
  ...SESSION_FILTERS,
  limit: z.coerce.number().int().min(1).max(50).default(20),
  cursor,
} as const;
export const SearchQuery = z
  .strictObject(SEARCH_PARAMETERS)
  .refine(({ q, like }) => (q === undefined) !== (like === undefined), { error: 'give either q or like' });
export type SearchQuery = z.infer<typeof SearchQuery>;

/** The query of `POST /v1/search/voice`. */
export const VoiceQuery = z.strictObject({ ...SESSION_FILTERS, limit: SEARCH_PARAMETERS.limit });
export type VoiceQuery = z.infer<typeof VoiceQuery>;

/** `POST /v1/sessions/{id}/corrections`: what a window's emotion or an utterance's intent was in truth. */
export const CorrectionRequest = z
  .strictObject({
    windowEndMs: ms.optional(),
    utteranceId: z.string().min(1).max(256).optional(),
    emotion: z.enum(EMOTIONS).optional(),
    intent: z.union([IntentName, z.literal('out_of_scope')]).optional(),
  })
  .refine(({ windowEndMs, utteranceId }) => (windowEndMs === undefined) !== (utteranceId === undefined), {
    error: 'name either windowEndMs or utteranceId',
  })
  .refine(({ emotion, intent }) => emotion !== undefined || intent !== undefined, { error: 'give emotion or intent' });
export type CorrectionRequest = z.infer<typeof CorrectionRequest>;

export const CorrectionMade = z.object({ id: z.string(), madeAt: z.string() });
export type CorrectionMade = z.infer<typeof CorrectionMade>;

/** What was corrected at one moment of a conversation; of several about one moment the last one counts. */
export const SessionCorrection = z.object({
  id: z.string(),
  madeAt: z.string(),
  /** The user; absent for a viewer who sees no names. */
  by: z.string().optional(),
  /** Either of the two. */
  windowEndMs: ms.optional(),
  utteranceId: z.string().optional(),
  emotion: z.enum(EMOTIONS).optional(),
  intent: z.string().optional(),
});
export type SessionCorrection = z.infer<typeof SessionCorrection>;

/** Answer to `GET /v1/sessions/{id}/corrections`: in the order in which they were made, the newest 500. */
export const SessionCorrections = z.object({ corrections: z.array(SessionCorrection).readonly() });
export type SessionCorrections = z.infer<typeof SessionCorrections>;

/** The query of `GET /v1/corrections`. */
export const CorrectionsQuery = z.strictObject({ limit, cursor });
export type CorrectionsQuery = z.infer<typeof CorrectionsQuery>;

/** A correction with what it is about: an example to train and measure with. */
export const CorrectedExample = z.object({
  id: z.string(),
  madeAt: z.string(),
  sessionId: z.uuid(),
  startMs: ms,
  endMs: ms,
  /** Of an utterance or message, as are the next three; the text is redacted. */
  utteranceId: z.string().optional(),
  party: z.enum(PARTIES).optional(),
  text: z.string().optional(),
  language: z.string().optional(),
  emotion: z.enum(EMOTIONS).optional(),
  intent: z.string().optional(),
  /** What the service had said. */
  said: z.object({ emotion: z.enum(EMOTIONS).optional(), confidence: unit.optional(), intent: z.string().optional() }),
});
export type CorrectedExample = z.infer<typeof CorrectedExample>;

export const CorrectionList = z.object({
  corrections: z.array(CorrectedExample).readonly(),
  next: z.string().optional(),
});
export type CorrectionList = z.infer<typeof CorrectionList>;

/** The query of `GET /v1/sessions/{id}/export`. */
export const ExportQuery = z.strictObject({ format: z.enum(['json', 'vtt', 'emotionml']).default('json') });
export type ExportQuery = z.infer<typeof ExportQuery>;
