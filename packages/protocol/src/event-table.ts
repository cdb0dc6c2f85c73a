import { z } from 'zod';
import { AlertData } from './alert-events';
import * as audit from './audit-events';
import * as data from './events';

/**
 * The one table of events: type, topic, durability and natural key. Ids are a hash of tenant, session, type and
 * natural key, never of a counter, so whoever computes an event again computes the same id.
 */
export interface EventSpec {
  readonly topic: string | null;
  readonly durable: boolean;
  /** What makes one event of this type unique in its session; a part that is absent is left out, as is the subject of the customer's windows. */
  readonly naturalKey: string;
  /** Of the schema of the data: a released one never changes, a change of the data is a version more (docs/events.md). */
  readonly version: number;
  readonly data: z.ZodType;
}

export const EVENTS = {
  'rapport.session.started': spec('rapport.sessions', 'kind', data.SessionStartedData),
  'rapport.session.ended': spec('rapport.sessions', 'kind', data.SessionEndedData, 2),
  'rapport.window.assessed': spec('rapport.results', 'windowEndMs, subject', data.WindowAssessedData),
  'rapport.window.degraded': spec('rapport.results', 'firstWindowEndMs, subject', data.WindowDegradedData),
  'rapport.transcript.final': spec('rapport.transcripts', 'stream, utteranceStartMs', data.TranscriptFinalData),
  'rapport.transcript.partial': spec(null, 'utteranceId, revision', data.TranscriptPartialData),
  'rapport.alert.raised': spec('rapport.alerts', 'ruleId, onsetWindowEndMs, revision', AlertData, 2),
  'rapport.alert.updated': spec('rapport.alerts', 'ruleId, onsetWindowEndMs, revision', AlertData, 2),
  'rapport.alert.cleared': spec('rapport.alerts', 'ruleId, onsetWindowEndMs, revision', AlertData, 2),
  'rapport.session.updated': spec('rapport.results', 'kind, mediaMs, scope', data.SessionUpdatedData),
  'rapport.audit.intents_changed': spec('rapport.audit', 'revision', audit.AuditIntentsChangedData),
  'rapport.monitor.alert_handled': spec('rapport.audit', 'own id', audit.AlertHandledData),
  'rapport.monitor.correction': spec('rapport.audit', 'own id', audit.MonitorCorrectionData),
  'rapport.audit.alert_rules_changed': spec('rapport.audit', 'revision', audit.AuditAlertRulesChangedData),
  'rapport.audit.agent_emotion': spec('rapport.audit', 'mediaMs', audit.AuditAgentEmotionData),
  'rapport.audit.viewed': spec('rapport.audit', 'userId, what, at', audit.AuditViewedData, 2),
  'rapport.audit.erased': spec('rapport.audit', 'part', audit.AuditErasedData),
  'rapport.session.erased': spec('rapport.sessions', 'kind', audit.SessionErasedData),
  'rapport.session.heartbeat': spec(null, 'mediaMs', data.SessionHeartbeatData),
} as const satisfies Record<string, EventSpec>;

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as [EventType, ...EventType[]];
export type EventData<T extends EventType> = z.infer<(typeof EVENTS)[T]['data']>;

/** `dataschema` of an event: names the released schema that its data keeps to. */
export const dataSchemaUri = (type: EventType, version: number = EVENTS[type].version): string =>
  `urn:rapport:schema:${type}:${version}`;

/**
 * Of no session that is or was to be read: of a tenant, with a subject of their own that nothing else has, or of a session
 * of which nothing else is left. No socket ever carries them.
 */
export const TENANT_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  'rapport.audit.intents_changed',
  'rapport.audit.alert_rules_changed',
  'rapport.monitor.alert_handled',
  'rapport.audit.viewed',
  'rapport.monitor.correction',
  'rapport.audit.erased',
  'rapport.session.erased',
]);

/** Every topic that durable events go to. */
export const TOPICS: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap((t) => (EVENTS[t].topic === null ? [] : [EVENTS[t].topic]))),
];

/** Those that keep the newest record of each session for ever: its end, which repeats its start. The others forget by age. */
export const COMPACTED_TOPICS: readonly string[] = ['rapport.sessions'];

/** CloudEvents 1.0 envelope; extension attributes are lower case as its section 3.1 asks. */
export const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.enum(EVENT_TYPES),
  /** The session; an id of its own of an event that is of none. */
  subject: z.uuid(),
  /** When the event was made; wall clock, RFC 3339. */
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  tenant: z.string(),
  /** `tenant/sessionId`: the Kafka key. */
  partitionkey: z.string(),
  /** The session as a span, W3C Trace Context: CloudEvents' distributed tracing extension. */
  traceparent: z.string().optional(),
  /** Name of the key that the data is encrypted with in Kafka, where the deployment does so. */
  datakey: z.string().optional(),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

/** `CloudEvent` whose data is known by its type. */
export type TypedEvent = {
  [T in EventType]: Omit<CloudEvent, 'type' | 'data'> & { type: T; data: EventData<T> };
}[EventType];

function spec<T extends z.ZodType, N extends string | null>(topic: N, naturalKey: string, schema: T, version = 1) {
  return { topic, durable: topic !== null, naturalKey, version, data: schema };
}
