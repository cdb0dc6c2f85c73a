import { z } from 'zod';
import { ERROR_CODES } from './errors';
import { CloudEvent } from './event-table';

/**
 * Messages the server sends, as JSON in text frames. Unlike the client's messages they let unknown fields pass
 * (and drop them): a later server may add fields, and clients of this version go on working.
 */

const streamId = z.number().int().min(0).max(0xffff);
const bytes = z.number().int().min(0);
const seq = z.number().int().min(0);
const ref = z.string().max(64).optional();

export const Limits = z.object({
  maxMessageBytes: bytes,
  maxTextMessageBytes: bytes,
  maxStillPixels: z.number().int(),
  maxUtteranceMs: z.number().int(),
  allowedLatenessMs: z.number().int(),
  idleTimeoutMs: z.number().int(),
});
export type Limits = z.infer<typeof Limits>;

export const SessionReady = z.object({
  type: z.literal('session.ready'),
  sessionId: z.uuid(),
  /** Counts up when the session moves to another process; 0 at first. */
  epoch: z.number().int().min(0),
  /** Absent where a lost connection ends its session at once. */
  resumeToken: z.string().optional(),
  /** How long after a lost connection the session can be resumed, wall ms. */
  resumeWindowMs: z.number().int().min(0).optional(),
  credits: z.array(z.object({ streamId, limitBytes: bytes })),
  limits: Limits,
});
export type SessionReady = z.infer<typeof SessionReady>;

/** Payload bytes may be sent on the stream up to this absolute offset (as MAX_STREAM_DATA, RFC 9000, 19.10). */
export const Credit = z.object({ type: z.literal('credit'), streamId, limitBytes: bytes });
export type Credit = z.infer<typeof Credit>;

/** A durable event; `seq` counts from 1 without gaps in its session. */
export const Result = z.object({ type: z.literal('result'), seq: z.number().int().min(1), event: CloudEvent });
export type Result = z.infer<typeof Result>;

/** An event that is not kept: partial transcript, heartbeat. */
export const Ephemeral = z.object({ type: z.literal('ephemeral'), event: CloudEvent });
export type Ephemeral = z.infer<typeof Ephemeral>;

export const ErrorMessage = z.object({
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
  /** Only with `session_elsewhere`: the WebSocket URL to connect to. */
  address: z.string().optional(),
});
export type ErrorMessage = z.infer<typeof ErrorMessage>;

/** Media below this seq will not be asked for again. */
export const MediaAcked = z.object({ type: z.literal('media.acked'), streamId, seq });
export type MediaAcked = z.infer<typeof MediaAcked>;

/** Answers `session.resume`; the results after `ackedResultSeq` follow, then the latest partials, then the live feed. */
export const SessionResumed = z.object({
  type: z.literal('session.resumed'),
  sessionId: z.uuid(),
  epoch: z.number().int().min(0),
  /** Replaces the token that was used. */
  resumeToken: z.string(),
  resumeWindowMs: z.number().int().min(0),
  /** The last durable result so far: replay ends with it. */
  resultSeq: seq,
  /** The session clock at the time of the answer. */
  mediaMs: z.number().min(0),
  paused: z.boolean(),
  /** Another connection still held the session; it was closed with `session_taken_over`. */
  tookOver: z.boolean(),
  streams: z.array(
    z.object({
      streamId,
      /** Send from here on; frames below arrived or are not needed. */
      nextSeq: seq,
      nextByteOffset: bytes,
      limitBytes: bytes,
      /** Send the kept init segment first, as it was, with the flag `retransmit`. */
      sendInit: z.boolean(),
      ended: z.boolean(),
    }),
  ),
  limits: Limits,
});
export type SessionResumed = z.infer<typeof SessionResumed>;

/** Answers `session.observe`: what a late joiner needs to draw the session; the results after `resultSeq` follow. */
export const SessionState = z.object({
  type: z.literal('session.state'),
  ref,
  sessionId: z.uuid(),
  status: z.enum(['live', 'paused', 'disconnected', 'ended']),
  /** The state contains every result up to this one. */
  resultSeq: seq,
  mediaMs: z.number().min(0),
  /** `rapport.session.started`. */
  started: CloudEvent,
  /** The newest `rapport.window.assessed`, if any. */
  assessed: CloudEvent.optional(),
  /** The newest event of every alert that is not cleared. */
  alerts: z.array(CloudEvent).max(64),
  /** The newest `rapport.transcript.final`, oldest first. */
  finals: z.array(CloudEvent).max(20),
  /**
   * The newest `rapport.session.updated` of kind `participant` of everybody who has not left, of their presence and of their
   * hold, oldest first.
   */
  participants: z.array(CloudEvent).max(64),
  /** Shed steps in force. */
  shed: z.array(z.string()).max(8),
});
export type SessionState = z.infer<typeof SessionState>;

export const Pong = z.object({
  type: z.literal('pong'),
  ref,
  /** Milliseconds since `session.start`; absent without a session. */
  mediaMs: z.number().min(0).optional(),
});
export type Pong = z.infer<typeof Pong>;

export const ServerMessage = z.discriminatedUnion('type', [
  SessionReady,
  Credit,
  Result,
  Ephemeral,
  ErrorMessage,
  MediaAcked,
  SessionResumed,
  SessionState,
  Pong,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
export type ServerMessageType = ServerMessage['type'];

export const SERVER_MESSAGE_TYPES: readonly string[] = ServerMessage.options.map((o) => o.shape.type.value);

/** What this version sends. */
export const BUILT_SERVER_MESSAGES = [
  'session.ready',
  'credit',
  'result',
  'ephemeral',
  'error',
  'media.acked',
  'session.resumed',
  'session.state',
  'pong',
] as const satisfies readonly ServerMessageType[];
