import { z } from 'zod';
import { CODECS, PARTIES, STREAM_KINDS } from './vocabulary';

/** Messages a client may send, as JSON in text frames. Bounds are part of the schema. */

/** Free identifiers of the user's own systems. */
export const externalText = z.string().min(1).max(256);
/** Echoed as `ref` in the error that answers this message. */
const ref = z.string().max(64).optional();
const streamId = z.number().int().min(0).max(0xffff);

export const StreamDescription = z.strictObject({
  streamId,
  kind: z.enum(STREAM_KINDS),
  party: z.enum(PARTIES),
  codec: z.enum(CODECS),
  /** Two channels with one party each (party `mixed`): who is heard in the first, and who in the second. */
  channels: z
    .array(z.enum(['customer', 'agent']))
    .length(2)
    .optional(),
});
export type StreamDescription = z.infer<typeof StreamDescription>;

export type Consent = z.infer<typeof Consent>;
export const Consent = z.strictObject({
  /** The customer was told and agreed, or another basis holds; `false` is refused. */
  analysis: z.boolean(),
  /** Legal basis for inferring the agent's emotion; without it, it is never computed (AI Act, Article 5(1)(f)). */
  agentEmotionLegalBasis: z.string().min(1).max(500).optional(),
});

export const SessionMetadata = z.strictObject({
  externalId: externalText.optional(),
  customerId: externalText.optional(),
  agentId: externalText.optional(),
  team: externalText.optional(),
  queue: externalText.optional(),
  channel: z.enum(['voice', 'chat', 'video']).default('voice'),
  /** BCP 47; absent: detected once. */
  language: z.string().min(2).max(35).optional(),
  consent: Consent.default({ analysis: true }),
});
export type SessionMetadata = z.infer<typeof SessionMetadata>;

export const SessionStart = z.strictObject({
  type: z.literal('session.start'),
  ref,
  session: SessionMetadata.default({ channel: 'voice', consent: { analysis: true } }),
  streams: z.array(StreamDescription).max(8).default([]),
  /** Media seconds per wall second that the client means to send; 1 is live. */
  pace: z.number().min(0.1).max(100).default(1),
  /**
   * The media is a recording, and nobody waits for its results as they would in a live conversation: nothing is dropped for being late,
   * and the end waits for what is in work. Absent: false.
   */
  recorded: z.boolean().optional(),
  /** The words of utterances that go on, about once a second: `rapport.transcript.partial`. */
  partials: z.boolean().default(false),
});
export type SessionStart = z.infer<typeof SessionStart>;

export const ChatMessage = z.strictObject({
  type: z.literal('chat.message'),
  ref,
  party: z.enum(['customer', 'agent']),
  text: z.string().min(1).max(8192),
  /** Milliseconds since session.start; absent: stamped once on arrival. */
  ptsMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  /** The sender's own id; else the server makes one. */
  messageId: z.string().min(1).max(128).optional(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

export const StreamEnd = z.strictObject({ type: z.literal('stream.end'), ref, streamId });
export type StreamEnd = z.infer<typeof StreamEnd>;

export const CLIENT_END_REASONS = ['completed', 'transferred', 'abandoned', 'other'] as const;
export const SessionEnd = z.strictObject({
  type: z.literal('session.end'),
  ref,
  /** Why the conversation ended; repeated in `rapport.session.ended` as `clientReason`. */
  reason: z.enum(CLIENT_END_REASONS).optional(),
});
export type SessionEnd = z.infer<typeof SessionEnd>;

export const StreamOpen = z.strictObject({ type: z.literal('stream.open'), ref, stream: StreamDescription });
export type StreamOpen = z.infer<typeof StreamOpen>;
export const SessionResume = z.strictObject({
  type: z.literal('session.resume'),
  ref,
  sessionId: z.uuid(),
  resumeToken: z.string().min(1).max(512),
  /** The last result seq the client has stored; replay starts after it. */
  ackedResultSeq: z.number().int().min(0),
  /** What the client can still send, so that the server does not ask for what is gone; absent: all since `media.acked`. */
  streams: z
    .array(
      z.strictObject({
        streamId,
        /** First frame in the replay buffer, the init segment apart. */
        oldestSeq: z.number().int().min(0),
        oldestByteOffset: z.number().int().min(0),
        /** One past the last frame made so far. */
        nextSeq: z.number().int().min(0),
        nextByteOffset: z.number().int().min(0),
      }),
    )
    .max(8)
    .optional(),
});
export type SessionResume = z.infer<typeof SessionResume>;
export const SessionObserve = z.strictObject({
  type: z.literal('session.observe'),
  ref,
  sessionId: z.uuid(),
  /** Results after this seq are replayed first; absent: the state only, then the live feed. */
  afterResultSeq: z.number().int().min(0).optional(),
});
export type SessionObserve = z.infer<typeof SessionObserve>;
export const SessionUnobserve = z.strictObject({ type: z.literal('session.unobserve'), ref, sessionId: z.uuid() });
export type SessionUnobserve = z.infer<typeof SessionUnobserve>;
/** Everything up to and with this result is stored by the client and need not be replayed to it. */
export const ResultAck = z.strictObject({ type: z.literal('result.ack'), ref, seq: z.number().int().min(0) });
export type ResultAck = z.infer<typeof ResultAck>;
export const MediaGap = z.strictObject({
  type: z.literal('media.gap'),
  ref,
  streamId,
  fromPtsMs: z.number().min(0),
  toPtsMs: z.number().min(0),
  /** First seq and byteOffset after the gap. */
  nextSeq: z.number().int().min(0),
  nextByteOffset: z.number().int().min(0),
  reason: z.enum(['buffer_overflow', 'device', 'muted', 'unknown']),
});
export type MediaGap = z.infer<typeof MediaGap>;
// Designed now, refused with `not_supported` until a later version builds them.

export const SessionPause = z.strictObject({
  type: z.literal('session.pause'),
  ref,
  ptsMs: z.number().min(0),
  reason: z.enum(['payment', 'hold', 'privacy', 'other']),
});
export type SessionPause = z.infer<typeof SessionPause>;
export const SessionUnpause = z.strictObject({ type: z.literal('session.unpause'), ref, ptsMs: z.number().min(0) });
export type SessionUnpause = z.infer<typeof SessionUnpause>;
export const ConsentUpdate = z.strictObject({
  type: z.literal('consent.update'),
  ref,
  /** From when it holds; absent: on arrival. */
  ptsMs: z.number().min(0).optional(),
  consent: Consent,
});
export type ConsentUpdate = z.infer<typeof ConsentUpdate>;
export const ParticipantUpdate = z.strictObject({
  type: z.literal('participant.update'),
  ref,
  ptsMs: z.number().min(0),
  action: z.enum(['joined', 'left', 'hold', 'unhold', 'agent_changed']),
  party: z.enum(PARTIES),
  participantId: externalText.optional(),
  /** The stream this participant is heard or seen on. */
  streamId: streamId.optional(),
});
export type ParticipantUpdate = z.infer<typeof ParticipantUpdate>;
/** For peers that cannot send WebSocket pings (browsers); answered by `pong`. */
export const Ping = z.strictObject({ type: z.literal('ping'), ref });
export type Ping = z.infer<typeof Ping>;

export const ClientMessage = z.discriminatedUnion('type', [
  SessionStart,
  ChatMessage,
  StreamEnd,
  SessionEnd,
  StreamOpen,
  SessionResume,
  SessionObserve,
  SessionUnobserve,
  ResultAck,
  MediaGap,
  SessionPause,
  SessionUnpause,
  ConsentUpdate,
  ParticipantUpdate,
  Ping,
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
export type ClientMessageType = ClientMessage['type'];

export const CLIENT_MESSAGE_TYPES: readonly string[] = ClientMessage.options.map((o) => o.shape.type.value);

/** What this version answers with anything but `not_supported`. */
export const BUILT_CLIENT_MESSAGES = [
  'session.start',
  'chat.message',
  'stream.end',
  'session.end',
  'stream.open',
  'session.resume',
  'result.ack',
  'media.gap',
  'session.observe',
  'session.unobserve',
  'ping',
  'session.pause',
  'session.unpause',
  'consent.update',
  'participant.update',
] as const satisfies readonly ClientMessageType[];
