import { z } from 'zod';
import { ALERT_CLEAR_REASONS } from './alert-events';
import { ALERT_SEVERITIES } from './alert-rules';
import { CLIENT_END_REASONS, SessionMetadata, StreamDescription } from './client-messages';
import { count, ms, unit } from './scalars';
import { EMOTIONS, MODALITIES, PARTIES } from './vocabulary';

/**
 * The data of the events of a conversation; those of its alerts stand in `alert-events.ts`, those of the audit trail in
 * `audit-events.ts`. Times ending in Ms are media time, milliseconds since `session.start`,
 * unless the name says otherwise. Probabilities and shares are in [0, 1].
 */

/** Probability of each emotion; sums to 1. */
export const EmotionDistribution = z.strictObject(
  Object.fromEntries(EMOTIONS.map((label) => [label, unit])) as Record<(typeof EMOTIONS)[number], typeof unit>,
);
export type EmotionDistribution = z.infer<typeof EmotionDistribution>;

export const ModelRef = z.strictObject({ name: z.string(), version: z.string() });
export type ModelRef = z.infer<typeof ModelRef>;

export const SessionStartedData = z.strictObject({
  session: SessionMetadata,
  streams: z.array(StreamDescription),
  pace: z.number(),
  /** Wall clock, RFC 3339. */
  startedAt: z.string(),
  models: z.array(ModelRef),
  /** The emotion of agents is computed only with a stated legal basis. */
  agentEmotion: z.boolean(),
});
export type SessionStartedData = z.infer<typeof SessionStartedData>;

export const CONVERSATION_ABSENT_REASONS = ['no_voice', 'one_party', 'party_unknown'] as const;

export const PartyTalk = z.strictObject({
  talkMs: ms,
  /** Of the talk of both parties. */
  talkShare: unit.optional(),
  /** How often this party interrupted the other. */
  interruptions: z.number().int().min(0).optional(),
  /** Words of its transcripts by the minutes of speech in them; from 5 s of speech on. */
  wordsPerMinute: z.number().int().min(0).optional(),
});
export type PartyTalk = z.infer<typeof PartyTalk>;

/** How a conversation goes, from its start; no emotion enters it. */
export const ConversationFigures = z.strictObject({
  /** Why figures that compare the parties are absent. */
  absentReason: z.enum(CONVERSATION_ABSENT_REASONS).optional(),
  /** What they cover, without seconds that never came. */
  mediaMs: ms,
  customer: PartyTalk.optional(),
  agent: PartyTalk.optional(),
  overlapMs: ms.optional(),
  silenceMs: ms.optional(),
  silenceShare: unit.optional(),
  longestSilenceMs: ms.optional(),
  /** `not_supported` until somebody reports a hold. */
  holds: z.union([
    z.literal('not_supported'),
    z.strictObject({ count: z.number().int().min(0), totalMs: ms, longestMs: ms }),
  ]),
});
export type ConversationFigures = z.infer<typeof ConversationFigures>;

/** What became of a session, made of its durable results alone: whoever has them can make it again. Bounded however long it was. */
export const SessionSummary = z.strictObject({
  /** How much there was to go by, in windows of the customer. */
  evidence: z.strictObject({
    windows: count,
    /** Those that may be acted on; all below about emotion is of these. */
    trusted: count,
    abstained: count,
    /** That could not be assessed at all. */
    degraded: count,
    /** In which a modality was present. */
    voice: count,
    face: count,
    text: count,
    finals: count,
  }),
  /** Mean over trusted windows; absent without one. */
  emotion: EmotionDistribution.optional(),
  /** The course, in stretches of equal length; those without a trusted window are left out. */
  journey: z
    .array(
      z.strictObject({
        startMs: ms,
        endMs: ms,
        /** Trusted ones in it. */
        windows: count,
        /** The most probable label of their mean. */
        label: z.enum(EMOTIONS),
        valence: z.number().min(-1).max(1),
        arousal: z.number().min(-1).max(1),
      }),
    )
    .max(32),
  /** Of each emotion but neutral that was once at least even: its highest probability, and when. */
  peaks: z.array(z.strictObject({ label: z.enum(EMOTIONS), value: unit, windowEndMs: ms })).max(6),
  /** What the customer's words told, the clearest first. */
  intents: z
    .array(
      z.strictObject({
        name: z.string(),
        /** The highest score. */
        score: unit,
        /** In how many utterances and messages. */
        texts: count,
        firstMs: ms,
        lastMs: ms,
      }),
    )
    .max(8),
  /** The first of them; how many there were in all says `alertCount`. */
  alerts: z
    .array(
      z.strictObject({
        ruleId: z.string(),
        name: z.string().optional(),
        severity: z.enum(ALERT_SEVERITIES),
        onsetWindowEndMs: ms,
        /** Absent: it is open. */
        clearedMs: ms.optional(),
        clearReason: z.enum(ALERT_CLEAR_REASONS).optional(),
      }),
    )
    .max(32),
  alertCount: count,
});
export type SessionSummary = z.infer<typeof SessionSummary>;

export const LANGUAGE_SOURCES = ['stated', 'voice', 'chat'] as const;

export const SessionEndedData = SessionStartedData.extend({
  endedAt: z.string(),
  durationMs: ms,
  reason: z.enum(['ended', 'disconnected', 'timeout', 'shutdown', 'error', 'consent_withdrawn']),
  /** The `reason` of the client's `session.end`. */
  clientReason: z.enum(CLIENT_END_REASONS).optional(),
  /** True when a window or final was still open when the time for the end ran out. */
  incomplete: z.boolean(),
  assessments: z.number().int().min(0),
  finals: z.number().int().min(0),
  /** Frames dropped, by reason. */
  dropped: z.record(z.string(), z.number().int().min(0)),
  /** BCP 47; `und` when it was given up, absent when nothing told it. */
  language: z.string().optional(),
  languageSource: z.enum(LANGUAGE_SOURCES).optional(),
  /** Absent for a session whose process died. */
  conversation: ConversationFigures.optional(),
  /** Absent for a session whose process died. */
  summary: SessionSummary.optional(),
});
export type SessionEndedData = z.infer<typeof SessionEndedData>;

export const ABSENT_REASONS = [
  'no_media',
  'too_little_speech',
  'no_face',
  'no_text',
  'language',
  'language_undetermined',
  'shed',
] as const;
export type AbsentReason = (typeof ABSENT_REASONS)[number];

export const ModalityEvidence = z.strictObject({
  present: z.boolean(),
  /** Why it is absent. */
  absentReason: z.enum(ABSENT_REASONS).optional(),
  /** What it rests on: ms of customer speech, detected faces, or text tokens. */
  evidence: z.number().min(0),
  /** Of `face`: whose face it is. Stable over the frames of a session; says nothing beyond it. */
  faceId: z.string().max(128).optional(),
  /** Shapley value over the subsets of the present modalities, in probability of the reported label; may be negative. */
  contribution: z.number().min(-1).max(1),
  /** The emotion from this modality alone. */
  emotion: EmotionDistribution.optional(),
});
export type ModalityEvidence = z.infer<typeof ModalityEvidence>;

export const ActiveIntent = z.strictObject({
  name: z.string(),
  /** Score when it was heard, decayed linearly over 60 s. */
  score: unit,
  /** Utterances or messages it comes from, newest last. */
  sources: z.array(z.string()).min(1).max(8),
  lastMs: ms,
});
export type ActiveIntent = z.infer<typeof ActiveIntent>;

export const ABSTENTION_REASONS = ['thin_evidence', 'low_confidence', 'party_unknown'] as const;
export type AbstentionReason = (typeof ABSTENTION_REASONS)[number];

/** Who is assessed, each in windows of their own. */
export const SUBJECTS = ['customer', 'agent'] as const;

export const WindowAssessedData = z.strictObject({
  windowStartMs: ms,
  windowEndMs: ms,
  /** The agent only where the deployment allows it and the session states a legal basis. */
  subject: z.enum(SUBJECTS),
  /** Calibrated; absent when nothing could be assessed (`party_unknown`). */
  emotion: EmotionDistribution.optional(),
  /** The most probable label, also when abstaining. */
  label: z.enum(EMOTIONS).optional(),
  /** Expectation of the calibrated emotions over published circumplex coordinates (Russell 1980): derived, not learned. */
  valence: z.number().min(-1).max(1).optional(),
  arousal: z.number().min(-1).max(1).optional(),
  /** Probability of `label`. */
  confidence: unit.optional(),
  /** Present when the answer should not be acted on. */
  abstained: z.enum(ABSTENTION_REASONS).optional(),
  modalities: z.strictObject(
    Object.fromEntries(MODALITIES.map((m) => [m, ModalityEvidence])) as Record<
      (typeof MODALITIES)[number],
      typeof ModalityEvidence
    >,
  ),
  intents: z.array(ActiveIntent).max(8),
  /** The last thing the customer said fits none of the tenant's intents. */
  outOfScope: z.boolean(),
  /** What was shed or missing while this was made. */
  degraded: z.array(z.string()).max(12),
  /** BCP 47, of the session; `und` when it was given up, absent while it is looked for. */
  language: z.string().optional(),
  conversation: ConversationFigures.optional(),
  models: z.array(ModelRef),
  /** Milliseconds: wait = in the queue of the workers, model = inside models, overhead = all the rest after the watermark. */
  stageMs: z.strictObject({ wait: ms, model: ms, overhead: ms }),
});
export type WindowAssessedData = z.infer<typeof WindowAssessedData>;

export const WindowDegradedData = z.strictObject({
  firstWindowEndMs: ms,
  lastWindowEndMs: ms,
  /** Absent: the customer. */
  subject: z.enum(SUBJECTS).optional(),
  reason: z.enum(['deadline', 'queue_full', 'inference_failed', 'input_gap', 'shed', 'job_quarantined']),
});
export type WindowDegradedData = z.infer<typeof WindowDegradedData>;

/** One word as it was heard; a mask is one word. */
export const TranscriptWord = z.strictObject({
  word: z.string(),
  startMs: ms,
  endMs: ms,
  /** That it was this word: mean over its tokens. */
  probability: unit,
});
export type TranscriptWord = z.infer<typeof TranscriptWord>;

export const TranscriptFinalData = z.strictObject({
  utteranceId: z.string(),
  source: z.enum(['voice', 'chat']),
  /** Name of the stream; `chat` for messages. */
  stream: z.string(),
  party: z.enum(PARTIES),
  startMs: ms,
  endMs: ms,
  /** Redacted: the raw words never leave the redactor. */
  text: z.string(),
  redactions: z.record(z.string(), z.number().int().min(1)),
  language: z.string().optional(),
  /** Mean probability of the tokens; absent for chat. */
  confidence: unit.optional(),
  /** The words of `text` in order, redacted like it; absent for chat. */
  words: z.array(TranscriptWord).max(256).optional(),
  /** Intents this text scored, best first; only for the customer. */
  intents: z.array(z.strictObject({ name: z.string(), score: unit })).max(3),
  outOfScope: z.boolean(),
  models: z.array(ModelRef),
});
export type TranscriptFinalData = z.infer<typeof TranscriptFinalData>;

export const SessionUpdatedData = z.strictObject({
  kind: z.enum(['gap', 'shed', 'notice', 'pause', 'consent', 'language', 'participant']),
  mediaMs: ms,
  /** What it is about when not the whole session: a stream's name, an utterance's or message's id, a shed step. */
  scope: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type SessionUpdatedData = z.infer<typeof SessionUpdatedData>;

export const SessionHeartbeatData = z.strictObject({
  mediaMs: ms,
  /** True while the session is paused, else absent. */
  paused: z.boolean().optional(),
});
export type SessionHeartbeatData = z.infer<typeof SessionHeartbeatData>;

export const TranscriptPartialData = z.strictObject({
  utteranceId: z.string(),
  revision: z.number().int().min(0),
  party: z.enum(PARTIES),
  startMs: ms,
  endMs: ms,
  /** Redacted more than a final is: every run of three digits or more, and digits at the end are held back. */
  text: z.string(),
  /** UTF-16 units of `text`, from its beginning, that every later partial of this utterance repeats. */
  committed: z.number().int().min(0),
});
export type TranscriptPartialData = z.infer<typeof TranscriptPartialData>;
