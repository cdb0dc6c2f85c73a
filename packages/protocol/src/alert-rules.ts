import { z } from 'zod';
import { IntentName } from './intent-messages';
import { EMOTIONS, PARTIES } from './vocabulary';

/** Alert rules as a file or a request states them (docs/alerts.md). Times are media time, ms. */

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;

/** Rules of one tenant; its conditions altogether; of one rule; how deep they may be nested. Session state has 64 KiB. */
export const MAX_ALERT_RULES = 64;
export const MAX_ALERT_CONDITIONS = 128;
export const MAX_RULE_CONDITIONS = 16;
export const MAX_CONDITION_DEPTH = 4;

/** What a window tells of the customer as a number. */
export const ALERT_QUANTITIES = [...EMOTIONS, 'valence', 'arousal'] as const;

export const AlertRuleId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{1,63}$/, 'must be a-z, 0-9, "_" and "-", 2 to 64 of them');

const unit = z.number().min(0).max(1);
const signed = z.number().min(-1).max(1);
const lastingMs = z.number().int().min(0).max(600_000);
const withinMs = z.number().int().min(1000).max(3_600_000);

/** One of two bounds, and where it is over again. */
const bounds = (level: z.ZodNumber) => ({
  atLeast: level.optional(),
  atMost: level.optional(),
});

const oneBound = (value: { readonly atLeast?: number; readonly atMost?: number }): boolean =>
  (value.atLeast === undefined) !== (value.atMost === undefined);
const ONE_BOUND = 'needs either atLeast or atMost';

const Emotion = z.strictObject({
  label: z.enum(EMOTIONS),
  atLeast: unit,
  /** Over again below this; default: 0.15 less than `atLeast`. */
  clearBelow: unit.optional(),
  /** Of assessed windows, each of which stands for its second. */
  forMs: lastingMs.default(5000),
});

const Level = z
  .strictObject({
    ...bounds(signed),
    /** Over again on the other side of this; default: 0.15 nearer to neutral. */
    clearAt: signed.optional(),
    forMs: lastingMs.default(5000),
  })
  .refine(oneBound, ONE_BOUND);

const Trend = z
  .strictObject({
    of: z.enum(ALERT_QUANTITIES),
    /** Change of the fitted line over the span; one of both. */
    riseBy: z.number().min(0.05).max(2).optional(),
    fallBy: z.number().min(0.05).max(2).optional(),
    overMs: z.number().int().min(10_000).max(120_000),
  })
  .refine(({ riseBy, fallBy }) => (riseBy === undefined) !== (fallBy === undefined), 'needs either riseBy or fallBy');

/** Words in order; the last letter of a word may be `*` for whatever follows. */
const Phrase = z
  .string()
  .max(80)
  .refine((text) => /[\p{L}\p{N}]/u.test(text), 'needs at least one word');
const Phrases = z.array(Phrase).min(1).max(32);
const Speaker = z.enum([...PARTIES, 'anyone']);
const Words = z.strictObject({ by: Speaker, anyOf: Phrases });

const Said = z.strictObject({
  ...Words.shape,
  /** Only within this of the start of the session, or of `after`. */
  withinMs: withinMs.optional(),
  after: Words.optional(),
  /** It counts for so long after it was said. */
  keepMs: lastingMs.default(60_000),
});

const NotSaid = z.strictObject({
  ...Words.shape,
  /** From the start of the session, or from `after`. */
  withinMs,
  after: Words.optional(),
});

const Intent = z.strictObject({ name: IntentName, atLeast: unit.default(0.5), forMs: lastingMs.default(0) });
const Silence = z.strictObject({ forMs: z.number().int().min(1000).max(600_000) });
const Interruptions = z.strictObject({
  by: z.enum(['customer', 'agent', 'either']),
  atLeast: z.number().int().min(1).max(32),
  withinMs: z.number().int().min(1000).max(600_000).default(60_000),
});
const TalkShare = z
  .strictObject({
    of: z.enum(['customer', 'agent']),
    ...bounds(unit),
    /** Not before so much of the conversation was heard. */
    afterMs: withinMs.default(60_000),
  })
  .refine(oneBound, ONE_BOUND);
const EscalationRisk = z.strictObject({
  atLeast: unit,
  /** Default: 0.15 less than `atLeast`. */
  clearBelow: unit.optional(),
  forMs: lastingMs.default(5000),
});

/** What has one key each: what it is about. */
const Leaf = {
  emotion: Emotion.optional(),
  valence: Level.optional(),
  arousal: Level.optional(),
  trend: Trend.optional(),
  said: Said.optional(),
  notSaid: NotSaid.optional(),
  intent: Intent.optional(),
  silence: Silence.optional(),
  interruptions: Interruptions.optional(),
  talkShare: TalkShare.optional(),
  escalationRisk: EscalationRisk.optional(),
};
export const ALERT_CONDITIONS = Object.keys(Leaf) as readonly (keyof typeof Leaf)[];

type LeafConditions = { readonly [K in keyof typeof Leaf]?: z.infer<(typeof Leaf)[K]> };

export interface AlertCondition extends LeafConditions {
  readonly all?: AlertCondition[];
  readonly any?: AlertCondition[];
  readonly not?: AlertCondition;
}

/** Exactly one key: a condition, or `all`, `any` or `not` of others. */
export const AlertCondition: z.ZodType<AlertCondition> = z
  .strictObject({
    ...Leaf,
    get all() {
      return z.array(AlertCondition).min(1).max(MAX_RULE_CONDITIONS).optional();
    },
    get any() {
      return z.array(AlertCondition).min(1).max(MAX_RULE_CONDITIONS).optional();
    },
    get not() {
      return AlertCondition.optional();
    },
  })
  .refine(
    (value) => Object.values(value).filter((one) => one !== undefined).length === 1,
    `needs exactly one of ${[...ALERT_CONDITIONS, 'all', 'any', 'not'].join(', ')}`,
  );

export const AlertRule = z.strictObject({
  id: AlertRuleId,
  /** What a supervisor reads. */
  name: z.string().min(1).max(120),
  severity: z.enum(ALERT_SEVERITIES).default('warning'),
  /** Of `session.start`; absent: every session. */
  teams: z.array(z.string().min(1).max(128)).min(1).max(64).optional(),
  when: AlertCondition,
  /** Cleared once it was not so for this long. */
  clearAfterMs: lastingMs.default(5000),
  /** Not raised again before this is over since it was cleared. */
  cooldownMs: lastingMs.default(60_000),
});
export type AlertRule = z.infer<typeof AlertRule>;

/** Body of `PUT /v1/alert-rules`, and what a tenant has in a rules file. */
export const AlertRuleSet = z.strictObject({ rules: z.array(AlertRule).max(MAX_ALERT_RULES) });
export type AlertRuleSet = z.infer<typeof AlertRuleSet>;

/** A rules file. `tenants`: those that have rules of their own in place of `rules`. */
export const AlertRulesFile = z.strictObject({
  version: z.literal(1),
  ...AlertRuleSet.shape,
  tenants: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), AlertRuleSet).optional(),
});
export type AlertRulesFile = z.infer<typeof AlertRulesFile>;

export const ALERT_RULE_SOURCES = ['default', 'file', 'tenant'] as const;

/** Answer to `GET /v1/alert-rules` and to a change of them. */
export const AlertRulesAnswer = z.object({
  /** Counts the tenant's own changes. */
  revision: z.number().int().min(0),
  /** Where they are from: built in, the rules file of the service, the tenant's own. */
  source: z.enum(ALERT_RULE_SOURCES),
  rules: z.array(AlertRule),
});
export type AlertRulesAnswer = z.infer<typeof AlertRulesAnswer>;
