import type { DoorMessage, DoorSpec, JsonSchema } from '@rapport-live/protocol';
import { z } from 'zod';
import { BINARY, COUNT, exactly, fixed, listOf, PROBABILITY, TEXT } from '../spec-schemas';
import { AUDIO_FORMAT, AudioUpdate, ERROR_CODES, IMAGE_FORMAT, VideoUpdate } from './messages';

const MS: JsonSchema = { type: 'number', minimum: 0 };
const NONE: JsonSchema = { type: 'null' };
const orNone = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, NONE] });
const SESSION_ID: JsonSchema = { type: 'string', format: 'uuid' };
const EXPRESSIONS = listOf(exactly({ name: TEXT, probability: PROBABILITY }));
/** We measure none. */
const NOTHING: JsonSchema = { type: 'array', maxItems: 0 };

const message = (type: string, summary: string, fields: Readonly<Record<string, JsonSchema>>): DoorMessage => ({
  name: type,
  summary,
  payload: exactly({ type: fixed(type), ...fields }),
});

const CLOSE: DoorMessage = {
  name: 'session.close',
  summary: 'The session is to end; what is due is told first.',
  payload: z.looseObject({ type: z.literal('session.close') }),
};
const ERROR = message('error', 'Something was not taken; without retryable the session ends.', {
  code: { type: 'string', enum: ERROR_CODES },
  message: TEXT,
  retryable: { type: 'boolean' },
});

function closed(received: JsonSchema, produced: JsonSchema): DoorMessage {
  const reason: JsonSchema = { type: 'string', enum: ['client_request', 'server_shutdown', 'idle_timeout', 'error'] };
  return message('session.closed', 'The last one.', { session_id: SESSION_ID, reason, received, produced });
}

/** The first message, and the answer to an update. */
function configured(config: Readonly<Record<string, JsonSchema>>): DoorMessage[] {
  return [
    message('session.created', 'The first one.', { session_id: SESSION_ID, ...config }),
    message('session.updated', 'Answers session.update.', config),
  ];
}

const shared = {
  protocol: 'ws',
  security: 'An API key with the scope ingest, in X-Hume-Api-Key or as a bearer.',
} as const;
const source =
  "shaped as the realtime endpoints of Hume's Expression Measurement API. docs/doors/hume.md has its limits.";

const SPAN = { audio_start_ms: MS, audio_end_ms: MS };
const UTTERANCE = { utterance_id: COUNT };
const AUDIO = {
  audio: exactly({
    ...{ type: fixed(AUDIO_FORMAT.type), encoding: fixed(AUDIO_FORMAT.encoding) },
    ...{ sample_rate: fixed(AUDIO_FORMAT.sample_rate), channels: fixed(AUDIO_FORMAT.channels) },
  }),
  measurement_timer_ms: COUNT,
};

/** What `messages.ts` takes, and what `HumeAudio` sends. */
export const HUME_AUDIO_SPEC: DoorSpec = {
  ...shared,
  name: 'hume-audio',
  title: 'Expressions of a voice',
  description: `Sound, ${source}`,
  address: '/hume/v1/expression/audio/realtime',
  fromClient: [
    { name: 'session.update', summary: 'Before any sound: how it is measured.', payload: AudioUpdate },
    CLOSE,
    { name: 'sound', summary: '16-bit little-endian samples at 16 kHz.', ...BINARY },
  ],
  toClient: [
    ...configured(AUDIO),
    message('utterance.start', 'Speech has begun.', { ...UTTERANCE, audio_start_ms: MS }),
    message('measurement.result', 'What the voice expresses.', {
      ...{ measurement_id: COUNT, ...UTTERANCE, ...SPAN },
      trigger: { type: 'string', enum: ['interval', 'speech_ended'] },
      ...{ expressions: EXPRESSIONS, voice_attributes: NOTHING },
    }),
    message('utterance.end', 'It is over.', { ...UTTERANCE, ...SPAN }),
    ERROR,
    closed(exactly({ audio_duration_ms: COUNT, frames: COUNT }), exactly({ utterances: COUNT, measurements: COUNT })),
  ],
};

const FACE = exactly({
  face_id: orNone(COUNT),
  bbox: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
  confidence: PROBABILITY,
  ...{ expressions: orNone(EXPRESSIONS), descriptions: orNone(NOTHING) },
});

/** The same of `HumeVideo`. */
export const HUME_VIDEO_SPEC: DoorSpec = {
  ...shared,
  name: 'hume-video',
  title: 'Expressions of faces',
  description: `Stills, ${source}`,
  address: '/hume/v1/expression/video/realtime',
  fromClient: [
    { name: 'session.update', summary: 'Before any still: which faces count.', payload: VideoUpdate },
    CLOSE,
    { name: 'still', summary: 'A JPEG image.', ...BINARY, contentType: 'image/jpeg' },
  ],
  toClient: [
    ...configured({
      image: exactly({ type: fixed(IMAGE_FORMAT.type) }),
      face: exactly({ threshold: PROBABILITY, min_size: COUNT }),
    }),
    message('measurement.result', 'The faces of one still.', { frame_id: COUNT, faces: listOf(FACE) }),
    ERROR,
    closed(exactly({ frames: COUNT }), exactly({ measurements: COUNT })),
  ],
};
