import { z } from 'zod';
import { ALERT_SEVERITIES } from './alert-rules';
import { ALERT_CLEAR_REASONS, AlertEvidence } from './alert-events';
import { PARTIES } from './vocabulary';

/** The JSON bodies of `/v1/alerts` (docs/alerts.md). */

/** What a list may be asked for; `open`: not cleared yet. */
export const ALERT_STATES = ['open', 'cleared', 'all'] as const;

const person = z.string().min(1).max(256);
/** Wall clock, RFC 3339. */
const time = z.string();

/** Body of `POST /v1/alerts/ID/assign`. */
export const AlertAssign = z.strictObject({ assignee: person.nullable() });
/** Body of `POST /v1/alerts/ID/snooze`. */
export const AlertSnooze = z.strictObject({
  /** From now on, ms. */
  forMs: z.number().int().min(1000).max(86_400_000),
});
/** Body of `POST /v1/alerts/ID/note`. */
export const AlertNote = z.strictObject({ note: z.string().trim().min(1).max(2000) });

/** What was said when an alert was raised: the utterance that a condition names, else the customer's last. Redacted. */
export const AlertWords = z.object({
  party: z.enum(PARTIES),
  /** At most 240 UTF-16 units, from its beginning. */
  text: z.string(),
  /** Media time, ms. */
  startMs: z.number(),
});
export type AlertWords = z.infer<typeof AlertWords>;

/** An alert as it stands, and what was done about it. */
export const AlertView = z.object({
  /** The id of the event that raised it. */
  id: z.string(),
  sessionId: z.uuid(),
  /** Of `session.start`; the first three are absent for a viewer who sees no names. */
  ...{ externalId: z.string().optional(), customerId: z.string().optional(), agentId: z.string().optional() },
  ...{
    team: z.string().optional(),
    queue: z.string().optional(),
    channel: z.enum(['voice', 'chat', 'video']).optional(),
  },
  ruleId: z.string(),
  name: z.string(),
  severity: z.enum(ALERT_SEVERITIES),
  state: z.enum(['open', 'cleared']),
  /** Media time, ms. */
  onsetWindowEndMs: z.number(),
  windowEndMs: z.number(),
  raisedAt: time,
  changedAt: time,
  /** The newest that was told. */
  evidence: z.array(AlertEvidence),
  /** Absent: nothing was said, or so long ago that it is not known here. */
  words: AlertWords.optional(),
  clearReason: z.enum(ALERT_CLEAR_REASONS).optional(),
  acknowledged: z.object({ by: z.string(), at: time }).optional(),
  assignee: z.string().optional(),
  snoozedUntil: time.optional(),
  /** The newest, oldest first. */
  notes: z.array(z.object({ by: z.string(), at: time, note: z.string() })),
});
export type AlertView = z.infer<typeof AlertView>;

/** Answer to `GET /v1/alerts`: the worst first, of those the newest. */
export const AlertList = z.object({
  alerts: z.array(AlertView),
  /** How many there are in all. */
  total: z.number().int(),
});
export type AlertList = z.infer<typeof AlertList>;
