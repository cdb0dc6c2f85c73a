import { z } from 'zod';
import { DURATION, parseDurationMs } from './stream-time';

/**
 * The messages of AudioHook protocol version 2, from the publisher's reference implementation
 * (purecloudlabs/audiohook-reference-implementation, protocol/message.ts and protocol/validators.ts). Fields that are not
 * known are let pass, as the publisher adds some from time to time.
 */
export const NULL_UUID = '00000000-0000-0000-0000-000000000000';
const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}-0{4}-0{4}-0{4}-0{12})$/i;

export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);
const uuid = z.string().regex(UUID, { error: 'a UUID' });
/** Parsed into ms. */
const duration = z
  .string()
  .regex(DURATION, { error: 'a duration as PT12.5S' })
  .transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms === undefined) context.addIssue({ code: 'custom', message: 'a duration of a year at most' });
    return ms ?? 0;
  });
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** `en-US`. */
export const LANGUAGE_CODE = /^[a-z]{2,3}-[A-Za-z]{2,4}$/;
const language = z.string().regex(LANGUAGE_CODE, { error: 'a language code as en-US' });

export const CHANNELS = ['external', 'internal'] as const;
/** The customer's side, and ours. */
export type Channel = (typeof CHANNELS)[number];
export const FORMATS = ['PCMU', 'L16'] as const;
export type Format = (typeof FORMATS)[number];

export const MediaParameter = z.looseObject({
  type: z.literal('audio'),
  format: z.enum(FORMATS),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .max(2)
    .refine((channels) => new Set(channels).size === channels.length, { error: 'each channel once' }),
  rate: z.literal(8000),
});
export type MediaParameter = z.infer<typeof MediaParameter>;

/** More than the channels and formats that there are. */
const MAX_OFFERS = 32;
const MAX_CONTINUED = 32;

const OpenParameters = z.looseObject({
  organizationId: uuid,
  conversationId: uuid,
  participant: z.looseObject({ id: uuid, ani: z.string(), aniName: z.string(), dnis: z.string() }),
  /** Looked at one by one: a kind of media that a later version offers does not spoil those that we know. */
  media: z.array(z.unknown()).max(MAX_OFFERS),
  language: language.optional(),
  supportedLanguages: z.boolean().optional(),
  /** Sessions that this one goes on from, with the last seq of either side that the client has seen of them. */
  continuedSessions: z
    .array(z.looseObject({ id: uuid, serverseq: seq, clientseq: seq }))
    .max(MAX_CONTINUED)
    .optional(),
  customConfig: z.record(z.string(), z.unknown()).optional(),
});
export type OpenParameters = z.infer<typeof OpenParameters>;

const CLOSE_REASONS = ['end', 'error', 'disconnect', 'reconnect'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

const span = z.looseObject({ start: duration, discarded: duration });
const nothing = z.looseObject({});

/** Parameters of each message that a client may send. */
export const CLIENT_PARAMETERS = {
  open: OpenParameters,
  close: z.looseObject({ reason: z.enum(CLOSE_REASONS) }),
  ping: z.looseObject({ rtt: duration.optional() }),
  paused: nothing,
  resumed: span,
  discarded: span,
  update: z.looseObject({ language }),
  error: z.looseObject({
    code: z.number().int().min(400).max(9999),
    message: z.string(),
    retryAfter: duration.optional(),
  }),
  // Of the publisher's other features over the same protocol: taken without an answer. Digits go no further (rule 12).
  dtmf: nothing,
  reconnecting: nothing,
  reconnected: nothing,
  playback_started: nothing,
  playback_completed: nothing,
} as const;
export type ClientType = keyof typeof CLIENT_PARAMETERS;
export type ParametersOf<T extends ClientType> = z.infer<(typeof CLIENT_PARAMETERS)[T]>;

/** What every client message has. */
export const ClientEnvelope = z.looseObject({
  version: z.literal('2'),
  id: uuid,
  type: z.string().min(1).max(64),
  seq,
  /** The last `seq` of the server that the client has seen. */
  serverseq: seq,
  /** Where in the stream the next sample lies, ms. */
  position: duration,
  parameters: z.record(z.string(), z.unknown()),
});
export type ClientEnvelope = z.infer<typeof ClientEnvelope>;

export type DisconnectReason = 'completed' | 'unauthorized' | 'error';

/** Parameters of each message that we send. */
export interface ServerParameters {
  opened: {
    readonly media: readonly Pick<MediaParameter, 'type' | 'format' | 'channels' | 'rate'>[];
    readonly startPaused: boolean;
    readonly discardTo?: string;
    readonly supportedLanguages?: readonly string[];
  };
  closed: Record<string, never>;
  pong: Record<string, never>;
  updated: Record<string, never>;
  disconnect: { readonly reason: DisconnectReason; readonly info?: string };
  reconnect: { readonly info?: string };
  event: { readonly entities: readonly EventEntity[] };
}
export type ServerType = keyof ServerParameters;

export interface EventEntity {
  readonly type: string;
  readonly data: object;
}

export interface ServerMessage<T extends ServerType = ServerType> {
  readonly version: '2';
  readonly id: string;
  readonly type: T;
  readonly seq: number;
  /** The last `seq` of the client that we have seen. */
  readonly clientseq: number;
  readonly parameters: ServerParameters[T];
}
