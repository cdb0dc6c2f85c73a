import { z } from 'zod';

/** The JSON bodies of `/v1/intents` (docs/intents.md): a tenant's own intents, made of examples. */

/** As the default ones are named. */
export const IntentName = z.string().regex(/^[a-z][a-z0-9_]{1,63}$/);

/** Body of `POST /v1/intents/NAME/preview`. */
export const IntentExamples = z.strictObject({ examples: z.array(z.string()) });
export type IntentExamples = z.infer<typeof IntentExamples>;

/** Body of `PUT /v1/intents/NAME`. */
export const IntentChange = z.strictObject({
  examples: z.array(z.string()),
  /** Of the answer to the preview of the same examples. */
  preview: z.string().max(64),
  /** Live although the report does not recommend it. */
  force: z.boolean().default(false),
});
export type IntentChange = z.infer<typeof IntentChange>;

/** Why an intent is not recommended. */
export const INTENT_DOUBTS = ['too_few_told_right', 'takes_examples', 'near_intent'] as const;

/** What the intent would do, told by leaving one example out at a time. */
export const IntentReport = z.object({
  name: IntentName,
  examples: z.array(
    z.object({
      /** From 1, in the order given. */
      number: z.number().int().min(1),
      /** Redacted, as it is kept. */
      text: z.string(),
      /** What it is told as today, without the new intent; null: out of scope. */
      today: z.string().nullable(),
      /** What it is told as by the other examples; null: out of scope. */
      told: z.string().nullable(),
      right: z.boolean(),
      /** To the prototype of the other examples. */
      cosine: z.number(),
      /** The nearest of the other intents. */
      nearest: z.string(),
      nearestCosine: z.number(),
    }),
  ),
  /** How many of them are right. */
  toldRight: z.number().int().min(0),
  /** The nearest other intents by the cosine of the prototypes, nearest first. */
  neighbours: z.array(z.object({ name: z.string(), cosine: z.number(), custom: z.boolean() })),
  /** Custom intents whose own examples, left out one at a time, would be told as this one; those that lose none are left out. */
  takes: z.array(z.object({ name: z.string(), examples: z.array(z.number().int().min(1)), of: z.number().int() })),
  recommended: z.boolean(),
  /** None when it is recommended. */
  doubts: z.array(z.object({ doubt: z.enum(INTENT_DOUBTS), message: z.string() })),
});
export type IntentReport = z.infer<typeof IntentReport>;

/** Answer to a preview: nothing has changed. */
export const IntentPreview = z.object({
  /** To be sent with the change; void once the tenant's intents are others. */
  preview: z.string(),
  report: IntentReport,
});
export type IntentPreview = z.infer<typeof IntentPreview>;

/** Answer to a change: it is live. */
export const IntentChanged = z.object({
  replaced: z.boolean(),
  report: IntentReport,
});
export type IntentChanged = z.infer<typeof IntentChanged>;

/** Answer to `GET /v1/intents`. */
export const IntentList = z.object({
  /** Counts the tenant's changes. */
  revision: z.number().int().min(0),
  intents: z.array(
    z.object({
      name: IntentName,
      examples: z.number().int(),
      /** Wall clock, RFC 3339. */
      changedAt: z.string(),
      /** Share of its examples told right when it went live. */
      toldRight: z.number().min(0).max(1),
    }),
  ),
  /** Names of the intents that everyone has. */
  defaults: z.array(z.string()),
});
export type IntentList = z.infer<typeof IntentList>;
