import { z } from 'zod';
import { ALERT_CONDITIONS, ALERT_SEVERITIES } from './alert-rules';
import { ms } from './scalars';

/** Why an alert is over. */
export const ALERT_CLEAR_REASONS = ['over', 'rule_changed', 'rule_removed', 'session_ended'] as const;
export type AlertClearReason = (typeof ALERT_CLEAR_REASONS)[number];

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
