import { z } from 'zod';
import { ERROR_CODES } from './errors';
import { CloudEvent } from './event-table';

/** Messages the server sends, as JSON in text frames. */

const streamId = z.number().int().min(0).max(0xffff);
const bytes = z.number().int().min(0);

export const Limits = z.strictObject({
  maxMessageBytes: bytes,
  maxTextMessageBytes: bytes,
  maxStillPixels: z.number().int(),
  maxUtteranceMs: z.number().int(),
  allowedLatenessMs: z.number().int(),
  idleTimeoutMs: z.number().int(),
});
export type Limits = z.infer<typeof Limits>;

export const SessionReady = z.strictObject({
  type: z.literal('session.ready'),
  sessionId: z.uuid(),
  /** Counts up when the session moves to another process; 0 at first. */
  epoch: z.number().int().min(0),
  /** Absent while resume is not built. */
  resumeToken: z.string().optional(),
  credits: z.array(z.strictObject({ streamId, limitBytes: bytes })),
  limits: Limits,
});
export type SessionReady = z.infer<typeof SessionReady>;

/** Payload bytes may be sent on the stream up to this absolute offset (as MAX_STREAM_DATA, RFC 9000, 19.10). */
export const Credit = z.strictObject({ type: z.literal('credit'), streamId, limitBytes: bytes });
export type Credit = z.infer<typeof Credit>;

/** Media below this seq will not be asked for again. */
export const MediaAcked = z.strictObject({ type: z.literal('media.acked'), streamId, seq: z.number().int().min(0) });

/** A durable event; `seq` counts from 1 without gaps in its session. */
export const Result = z.strictObject({ type: z.literal('result'), seq: z.number().int().min(1), event: CloudEvent });
export type Result = z.infer<typeof Result>;

/** An event that is not kept: partial transcript, heartbeat. */
export const Ephemeral = z.strictObject({ type: z.literal('ephemeral'), event: CloudEvent });

export const ErrorMessage = z.strictObject({
  type: z.literal('error'),
  code: z.enum(ERROR_CODES),
  /** What was wrong, with what value. */
  message: z.string(),
  /** What to do. */
  advice: z.string(),
  /** True: the connection closes after this. */
  fatal: z.boolean(),
  ref: z.string().optional(),
  streamId: streamId.optional(),
  /** Of the refused frame. */
  seq: z.number().int().optional(),
  retryAfterMs: z.number().int().optional(),
});
export type ErrorMessage = z.infer<typeof ErrorMessage>;

export const ServerMessage = z.discriminatedUnion('type', [
  SessionReady,
  Credit,
  MediaAcked,
  Result,
  Ephemeral,
  ErrorMessage,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
