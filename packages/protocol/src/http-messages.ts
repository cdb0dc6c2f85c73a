import { z } from 'zod';
import { ConversationFigures, SessionSummary } from './events';
import { ERROR_CODES } from './errors';
import { BROWSER_SCOPES } from './vocabulary';

/** The JSON bodies of HTTP answers that belong to the protocol. */

/** Body of a refused upgrade and of every refused request. */
export const ErrorBody = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  advice: z.string(),
  /** Milliseconds; the header `Retry-After` says the same in whole seconds, rounded up. */
  retryAfterMs: z.number().int().min(0).optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** `POST /v1/tokens`, with an API key: a short-lived token for a browser. */
export const TokenRequest = z.strictObject({
  scopes: z.array(z.enum(BROWSER_SCOPES)).min(1).max(BROWSER_SCOPES.length).default(['ingest']),
  /** For connecting only: a session outlives its token. */
  expiresInS: z.number().int().min(10).max(3600).default(60),
  /** With `monitor`: only this session. */
  sessionId: z.uuid().optional(),
  /** Only connections with this `Origin` may use the token. */
  origin: z.url().max(256).optional(),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** `DELETE /v1/sessions/{id}` and `/v1/customers/{id}`. */
export const ErasureAnswer = z.object({
  sessions: z.array(z.uuid()).readonly(),
  /** That the local log had of them. */
  records: z.number().int().min(0),
  /** Keys destroyed. */
  dataKeys: z.number().int().min(0),
});
export type ErasureAnswer = z.infer<typeof ErasureAnswer>;

export const TokenAnswer = z.object({
  token: z.string().regex(/^[\w.~-]+$/),
  /** Wall clock, RFC 3339. */
  expiresAt: z.string(),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** Answer to `GET /v1/sessions/ID/summary`: of a session that goes on, up to now. */
export const SessionSummaryAnswer = z.object({
  sessionId: z.uuid(),
  status: z.enum(['live', 'ended']),
  /** As the newest result tells them. */
  conversation: ConversationFigures.optional(),
  summary: SessionSummary,
});
export type SessionSummaryAnswer = z.infer<typeof SessionSummaryAnswer>;
