import { z } from 'zod';
import { Consent, SessionMetadata, StreamDescription } from '../client-messages';
import { dataSchemaUri, EVENTS, type EventType } from '../event-table';
import * as data from '../events';

/** The part of JSON Schema 2020-12 that zod makes of our schemas; what compares or converts them knows no more. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly default?: unknown;
}

/** Parts of the data that have a name of their own: shared by the schemas of several fields and events. */
const NAMED_PARTS = {
  ActiveIntent: data.ActiveIntent,
  Consent,
  ConversationFigures: data.ConversationFigures,
  EmotionDistribution: data.EmotionDistribution,
  ModalityEvidence: data.ModalityEvidence,
  ModelRef: data.ModelRef,
  PartyTalk: data.PartyTalk,
  SessionMetadata,
  StreamDescription,
  TranscriptWord: data.TranscriptWord,
} as const satisfies Record<string, z.ZodType>;

const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(NAMED_PARTS)) names.add(schema, { id });

/** JSON Schema of what a reader takes: a field with a default may be left out. Every part stands where it is used. */
export function takenJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

/**
 * JSON Schema of the data of an event, as it is released: its `$id` is the event's `dataschema`. A field with a default
 * is always there; named parts stand in `$defs`.
 */
export function eventJsonSchema(type: EventType): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(EVENTS[type].data, { io: 'output', metadata: names }) as JsonSchema;
  return { $schema, $id: dataSchemaUri(type), title: type, ...schema };
}
