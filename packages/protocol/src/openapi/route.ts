import { z } from 'zod';
import type { ErrorCode } from '../errors';
import type { Scope } from '../vocabulary';

export const TAGS = {
  conversations: 'Sending and watching conversations; the messages stand in the AsyncAPI documents.',
  people: 'People who look at conversations, and how they log in (docs/security.md).',
  intents: "A tenant's own intents, made of examples (docs/intents.md).",
  alerts: 'Rules that watch conversations, and what they told (docs/alerts.md).',
  wall: 'The live wall (docs/dashboard.md): server-sent events, and the page that shows them.',
  history: 'Past and running conversations: lists, searches, exports, corrections (docs/history.md).',
  erasure: 'What is kept of a session or customer, taken out (docs/erasure.md).',
  operations: 'For those who run the service (docs/operations.md).',
  documents: 'These documents.',
} as const;

/** What comes when all is well, or as well as it can be. */
export interface Answer {
  readonly description: string;
  /** Absent: none. Text: of this content type. */
  readonly body?: z.ZodType | string;
}

/** Where a value is taken from, and what it is. */
export interface Parameter {
  /** Those of the query may be left out. */
  readonly in: 'path' | 'header' | 'query';
  readonly schema: z.ZodType;
  readonly description: string;
}

/** One endpoint. A test holds them against the routes, rights and answers of the running service. */
export interface HttpRoute {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As `/v1/intents/{name}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** Any of these will do; `open`: for everybody; `login`: for everybody, from pages of the service's own. */
  readonly scopes: readonly Scope[] | 'open' | 'login';
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** A string: bytes of this content type. */
  readonly body?: z.ZodType | string;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those of every endpoint with a key or a body. */
  readonly errors?: readonly ErrorCode[];
}

/** Of paths such as `/v1/sessions/{id}`. */
export const sessionId: Parameter = { in: 'path', schema: z.uuid(), description: 'The session.' };
