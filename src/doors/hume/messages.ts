import { z } from 'zod';
import type { Score } from './scores';

/**
 * The messages of the realtime endpoints of Hume's Expression Measurement API, as its documentation (October 2026: sessions,
 * audio/realtime, video/realtime, errors) and the types of its Python SDK 0.1.0 have them.
 */
export const ERROR_CODES = [
  'invalid_audio_frame',
  'invalid_image_frame',
  'message_invalid',
  'rate_limited',
  'config_invalid',
  'message_too_large',
  'internal_error',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export type CloseReason = 'client_request' | 'server_shutdown' | 'idle_timeout' | 'error';

export interface ErrorMessage {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly message: string;
  /** False for every error that ends the session. */
  readonly retryable: boolean;
}

/** The one format there is. */
export const AUDIO_FORMAT = { type: 'audio/pcm', encoding: 's16le', sample_rate: 16_000, channels: 1 } as const;
export const IMAGE_FORMAT = { type: 'image/jpeg' } as const;

/** Between measurements of an utterance that goes on, ms of speech. */
export const TIMER = { min: 3000, max: 10_000, fallback: 3000 } as const;

export const AudioUpdate = z.strictObject({
  type: z.literal('session.update'),
  audio: z
    .strictObject({
      type: z.literal(AUDIO_FORMAT.type).optional(),
      encoding: z.literal(AUDIO_FORMAT.encoding).optional(),
      sample_rate: z.literal(AUDIO_FORMAT.sample_rate).optional(),
      channels: z.literal(AUDIO_FORMAT.channels).optional(),
    })
    .optional(),
  measurement_timer_ms: z.number().int().min(TIMER.min).max(TIMER.max).default(TIMER.fallback),
});

/**
 * A face counts from this score of the detector on: the scale is that of ours, whose own least score is the default, and
 * thresholds of other APIs do not carry over.
 */
export const FACE_DEFAULTS = { threshold: 0.6, min_size: 60 } as const;
export const VideoUpdate = z.strictObject({
  type: z.literal('session.update'),
  image: z.strictObject({ type: z.literal(IMAGE_FORMAT.type).optional() }).optional(),
  face: z
    .strictObject({
      threshold: z.number().min(0).max(1).default(FACE_DEFAULTS.threshold),
      min_size: z.number().int().min(1).max(100_000).default(FACE_DEFAULTS.min_size),
    })
    .default({ ...FACE_DEFAULTS }),
});
export type FaceConfig = z.infer<typeof VideoUpdate>['face'];

export interface UtteranceStart {
  readonly type: 'utterance.start';
  readonly utterance_id: number;
  readonly audio_start_ms: number;
}
export interface UtteranceEnd {
  readonly type: 'utterance.end';
  readonly utterance_id: number;
  readonly audio_start_ms: number;
  readonly audio_end_ms: number;
}
export interface AudioMeasurement {
  readonly type: 'measurement.result';
  readonly measurement_id: number;
  readonly utterance_id: number;
  readonly audio_start_ms: number;
  readonly audio_end_ms: number;
  readonly trigger: 'interval' | 'speech_ended';
  readonly expressions: readonly Score[];
  /** We measure none: always empty. */
  readonly voice_attributes: readonly never[];
}
export type SpeechMessage = UtteranceStart | UtteranceEnd | AudioMeasurement;

export interface MeasuredFace {
  /** Null of a face that was not measured. */
  readonly face_id: number | null;
  /** Corners in pixels of the image as stored: x0, y0, x1, y1. */
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
  readonly expressions: readonly Score[] | null;
  /** We measure none: empty, or null of a face that was not measured. */
  readonly descriptions: readonly never[] | null;
}

/** What is said of text that is no message of the two that a client has. */
export type ClientText =
  | { readonly kind: 'update'; readonly value: unknown }
  | { readonly kind: 'close' }
  | { readonly kind: 'invalid'; readonly why: string };

export function parseText(text: string): ClientText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', why: 'the message is not JSON' };
  }
  const type = typeof value === 'object' && value !== null && !Array.isArray(value) && 'type' in value && value.type;
  if (type === 'session.update') return { kind: 'update', value };
  if (type === 'session.close') return { kind: 'close' };
  return { kind: 'invalid', why: 'the message is no object with the type session.update or session.close' };
}

/** The fields at fault, without their values. */
export function faultsOf({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => [path.join('.'), message].filter((part) => part !== '').join(': '))
    .join('; ');
}
