import { z } from 'zod';
import { IntentName } from './intent-messages';
import { ALERT_CONDITIONS, ALERT_RULE_SOURCES, ALERT_SEVERITIES, AlertRuleId, MAX_ALERT_RULES } from './alert-rules';
import { CLIENT_END_REASONS, SessionMetadata, StreamDescription } from './client-messages';
import { EMOTIONS, MODALITIES, PARTIES, ROLES } from './vocabulary';

/**
 * The data of every event. Times ending in Ms are media time, milliseconds since `session.start`,
 * unless the name says otherwise. Probabilities and shares are in [0, 1].
 */

const ms = z.number().min(0);
const unit = z.number().min(0).max(1);
const count = z.number().int().min(0);

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

/** Why an alert is over. */
export const ALERT_CLEAR_REASONS = ['over', 'rule_changed', 'rule_removed', 'session_ended'] as const;
export type AlertClearReason = (typeof ALERT_CLEAR_REASONS)[number];

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

/** A legal basis for the emotion of the agent was stated or taken back, for the audit trail. */
export const AuditAgentEmotionData = z.strictObject({
  mediaMs: ms,
  /** Whether it is computed from here on. */
  agentEmotion: z.boolean(),
  /** As the session states it; absent: it states none. */
  legalBasis: z.string().optional(),
  /** The setting of the deployment. */
  deploymentAllows: z.boolean(),
});
export type AuditAgentEmotionData = z.infer<typeof AuditAgentEmotionData>;

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

/**
 * A tenant's own intents were changed, for the audit trail: the name and counts, never an example. Of no session: it has an
 * id of its own in place of one.
 */
export const AuditIntentsChangedData = z.strictObject({
  change: z.enum(['added', 'replaced', 'removed']),
  intent: IntentName,
  /** Counts the tenant's changes. */
  revision: z.number().int().min(1),
  /** How many it was made of, and how many of them were told right when left out; absent: it was removed. */
  examples: z.number().int().min(1).optional(),
  toldRight: z.number().int().min(0).optional(),
  /** False: it was made live by force. */
  recommended: z.boolean().optional(),
});
export type AuditIntentsChangedData = z.infer<typeof AuditIntentsChangedData>;

/** Everything of the session was erased. In Kafka it has no value: a tombstone. */
export const SessionErasedData = z.strictObject({});

/** Sessions were erased, for the audit trail and for whoever keeps copies: which, and how much, never whose. */
export const AuditErasedData = z.strictObject({
  /** One erasure of more than 100 sessions is several events, from 0. */
  part: z.number().int().min(0),
  /** What was asked for: one session, or all of a customer. */
  by: z.enum(['session', 'customer']),
  sessions: z.array(z.uuid()).max(100),
  /** Records of all its sessions that the local log had. */
  records: z.number().int().min(0),
  /** Keys destroyed: what was encrypted with them can be read by nobody any more. */
  dataKeys: z.number().int().min(0),
});

/** A condition that was so, with what it was so by; never a word of the conversation but the phrase that the rule names. */
export const AlertEvidence = z.strictObject({
  condition: z.enum(ALERT_CONDITIONS),
  /** The emotion, quantity, intent, or whose words. */
  of: z.string().optional(),
  value: z.number().optional(),
  threshold: z.number().optional(),
  /** Media time. */
  sinceMs: ms.optional(),
  utteranceId: z.string().optional(),
  phrase: z.string().optional(),
});
export type AlertEvidence = z.infer<typeof AlertEvidence>;

export const ALERT_ACTIONS = ['acknowledge', 'assign', 'snooze', 'note'] as const;

/** Somebody handled an alert. Of no session: it may come long after its session ended. */
export const AlertHandledData = z.strictObject({
  sessionId: z.uuid(),
  /** The id of the event that raised it. */
  alertId: z.string(),
  ruleId: z.string(),
  action: z.enum(ALERT_ACTIONS),
  /** The user, or the key. */
  by: z.string(),
  /** With `assign`: to whom; absent: to nobody any more. */
  assignee: z.string().optional(),
  /** With `snooze`: wall clock, RFC 3339. */
  until: z.string().optional(),
  /** With `note`. */
  note: z.string().max(2000).optional(),
});
export type AlertHandledData = z.infer<typeof AlertHandledData>;

/** Somebody looked at conversations, for the audit trail: once in 10 minutes for the same. Of no session. */
export const AuditViewedData = z.strictObject({
  /** As `GET /v1/me` names it. */
  userId: z.string(),
  role: z.enum(ROLES),
  what: z.enum(['session', 'export', 'search', 'wall']),
  /** Of `session` and `export`. */
  sessionId: z.string().optional(),
  /** Of `search`: a keyed hash of what was asked for, the same for the same until a restart. */
  query: z.string().optional(),
  /** Wall clock, RFC 3339. */
  at: z.string(),
});
/** A supervisor said what the emotion or intent of a moment was in truth. Of no session by its key, as it may come long after the end. */
export const MonitorCorrectionData = z.strictObject({
  sessionId: z.uuid(),
  /** The user, or the key. */
  by: z.string(),
  /** Of the window; absent: it is about an utterance. */
  windowEndMs: ms.optional(),
  utteranceId: z.string().optional(),
  startMs: ms,
  endMs: ms,
  emotion: z.enum(EMOTIONS).optional(),
  /** `out_of_scope`: none of the tenant's. */
  intent: IntentName.optional(),
  /** What had been said of it. */
  said: z.strictObject({
    emotion: z.enum(EMOTIONS).optional(),
    confidence: unit.optional(),
    intent: z.string().optional(),
  }),
});
export type MonitorCorrectionData = z.infer<typeof MonitorCorrectionData>;

/** The alert rules of a tenant changed, for the audit trail: ids, never a word of a rule. Of no session. */
export const AuditAlertRulesChangedData = z.strictObject({
  /** Where they are from now. */
  source: z.enum(ALERT_RULE_SOURCES),
  /** Counts the tenant's own changes; the rules file and what is built in count none. */
  revision: z.number().int().min(0),
  added: z.array(AlertRuleId).max(MAX_ALERT_RULES),
  changed: z.array(AlertRuleId).max(MAX_ALERT_RULES),
  removed: z.array(AlertRuleId).max(MAX_ALERT_RULES),
});

export const AlertData = z.strictObject({
  ruleId: z.string(),
  step: z.enum(['raised', 'updated', 'cleared']),
  /** 0 when raised, then counts up with every update and the clearing: an alert may be updated more than once. */
  revision: z.number().int().min(0),
  onsetWindowEndMs: ms,
  windowEndMs: ms,
  severity: z.enum(ALERT_SEVERITIES),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Of the rule. */
  name: z.string().optional(),
  /** What speaks for it; absent when it is cleared. */
  evidence: z.array(AlertEvidence).max(8).optional(),
  /** When it is cleared. */
  clearReason: z.enum(ALERT_CLEAR_REASONS).optional(),
});
export type AlertData = z.infer<typeof AlertData>;
