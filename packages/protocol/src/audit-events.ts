import { z } from 'zod';
import { ALERT_RULE_SOURCES, AlertRuleId, MAX_ALERT_RULES } from './alert-rules';
import { IntentName } from './intent-messages';
import { ms, unit } from './scalars';
import { EMOTIONS, ROLES } from './vocabulary';

/** What people did, for the audit trail: never a word of a conversation but the note that somebody wrote. */

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
  what: z.enum(['session', 'export', 'search', 'wall', 'sessions', 'alerts', 'corrections']),
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
