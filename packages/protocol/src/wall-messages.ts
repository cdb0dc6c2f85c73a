import { z } from 'zod';
import { ABSTENTION_REASONS } from './events';
import { EMOTIONS, PARTIES } from './vocabulary';

/** The live wall (docs/dashboard.md): what `GET /v1/wall/events` and `GET /v1/health` say. */

const ms = z.number().min(0);
const unit = z.number().min(0).max(1);
const signed = z.number().min(-1).max(1);

/** Windows that a card remembers: a minute. */
export const TRAIL_WINDOWS = 60;

/** How a customer seems now: never a bare label. */
export const LiveEmotion = z.object({
  label: z.enum(EMOTIONS),
  confidence: unit,
  /** Present: there is not enough evidence, and the label should not be acted on. */
  abstained: z.enum(ABSTENTION_REASONS).optional(),
  valence: signed,
  arousal: signed,
  windowEndMs: ms,
});
export type LiveEmotion = z.infer<typeof LiveEmotion>;

export const LiveAlert = z.object({
  /** The id of the event that raised it. */
  id: z.string(),
  ruleId: z.string(),
  name: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  /** Media time. */
  onsetMs: ms,
});
export type LiveAlert = z.infer<typeof LiveAlert>;

export const TRENDS = ['worse', 'steady', 'better'] as const;

/** One conversation as a card of the wall shows it. */
export const LiveSession = z.object({
  sessionId: z.uuid(),
  status: z.enum(['live', 'paused', 'ended']),
  channel: z.enum(['voice', 'chat', 'video']),
  ...{ externalId: z.string().optional(), customerId: z.string().optional(), agentId: z.string().optional() },
  ...{ team: z.string().optional(), queue: z.string().optional(), language: z.string().optional() },
  /** Wall clock, RFC 3339. */
  startedAt: z.string(),
  /** Media time of the newest result. */
  mediaMs: ms,
  /** Absent: nothing was assessed yet. */
  emotion: LiveEmotion.optional(),
  /** Absent: too few windows with enough evidence. */
  trend: z.enum(TRENDS).optional(),
  /** Valence of the last windows, the newest last; null: not enough evidence. */
  trail: z.array(signed.nullable()).max(TRAIL_WINDOWS),
  intents: z.array(z.object({ name: z.string(), score: unit })).max(3),
  lastWords: z.object({ party: z.enum(PARTIES), text: z.string(), endMs: ms }).optional(),
  /** What was shed or missing in the newest window. */
  degraded: z.array(z.string()).max(12),
  alerts: z.array(LiveAlert).max(8),
  /** How much this needs somebody now, with what makes it so. */
  urgency: z.number().int().min(0).max(100),
  reasons: z.array(z.enum(['alert', 'emotion', 'trend', 'silence'])).max(4),
});
export type LiveSession = z.infer<typeof LiveSession>;

/** `event: snapshot`, always the first: everything that the viewer may see. */
export const WallSnapshot = z.object({ sessions: z.array(LiveSession) });
export type WallSnapshot = z.infer<typeof WallSnapshot>;

/** `event: change`, at most four a second: sessions that are new or have changed, whole, and those that are gone. */
export const WallChange = z.object({ sessions: z.array(LiveSession), gone: z.array(z.uuid()) });
export type WallChange = z.infer<typeof WallChange>;

/** `GET /v1/health`. */
export const HealthAnswer = z.object({
  uptimeS: z.number().min(0),
  memoryBytes: z.number().min(0),
  sessions: z.object({ live: z.number().int(), max: z.number().int() }),
  /** From the end of a window's media to its durable result, since the start of the service; upper bounds of buckets. */
  latency: z.object({
    windows: z.number().int(),
    ...{ p50Ms: z.number().nullable(), p95Ms: z.number().nullable(), p99Ms: z.number().nullable() },
  }),
  /** Steps that are given up now, in the order in which they are. */
  shedding: z.array(z.string()),
  storage: z.object({
    ...{ logBytes: z.number(), budgetBytes: z.number(), pendingBytes: z.number() },
    trouble: z.string().optional(),
  }),
  /** Absent: none is configured. */
  kafka: z.object({ isLate: z.boolean(), lagRecords: z.number(), trouble: z.string().optional() }).optional(),
  models: z.array(z.object({ name: z.string(), version: z.string(), provider: z.string() })),
  workers: z.number().int(),
});
export type HealthAnswer = z.infer<typeof HealthAnswer>;
