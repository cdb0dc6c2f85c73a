import type { DoorMessage, DoorSpec, JsonSchema } from '@rapport-live/protocol';

const text: JsonSchema = { type: 'string' };
/** Whole numbers come as text. */
const whole: JsonSchema = {
  anyOf: [
    { type: 'string', pattern: '^\\d{1,15}$' },
    { type: 'integer', minimum: 0 },
  ],
};

function message(event: string, summary: string, properties: Readonly<Record<string, JsonSchema>>): DoorMessage {
  return {
    name: event,
    summary,
    payload: {
      type: 'object',
      properties: { event: { type: 'string', const: event }, ...properties },
      required: ['event', ...Object.keys(properties)],
    },
  };
}

const OTHER = { sequenceNumber: whole };

/** What `messages.ts` reads; more fields may be there. */
export const TWILIO_SPEC: DoorSpec = {
  name: 'twilio',
  title: 'Twilio Media Streams',
  description:
    'Messages of Twilio to a WebSocket server, as its documentation has them ("Media Streams: WebSocket Messages"). ' +
    'Inbound is the customer. docs/doors.md says what becomes of a call.',
  protocol: 'ws',
  address: '/twilio',
  security: 'Twilio signs the upgrade: X-Twilio-Signature.',
  subprotocol: 'audio.twilio.com',
  fromClient: [
    { name: 'connected', summary: 'The first one.', payload: message('connected', '', {}).payload },
    message('start', 'What is streamed, and of which call.', {
      sequenceNumber: whole,
      start: {
        type: 'object',
        properties: {
          streamSid: { type: 'string', minLength: 1, maxLength: 64 },
          callSid: text,
          tracks: { type: 'array', items: { type: 'string', enum: ['inbound', 'outbound'] } },
          mediaFormat: {
            type: 'object',
            properties: {
              encoding: { type: 'string', const: 'audio/x-mulaw' },
              sampleRate: { type: 'integer', const: 8000 },
              channels: { type: 'integer', const: 1 },
            },
          },
          customParameters: { type: 'object', additionalProperties: text },
        },
        required: ['streamSid', 'callSid', 'tracks', 'mediaFormat'],
      },
    }),
    message('media', 'A piece of sound: mu-law at 8 kHz in base64.', {
      sequenceNumber: whole,
      streamSid: text,
      media: {
        type: 'object',
        properties: {
          track: { type: 'string', enum: ['inbound', 'outbound'] },
          timestamp: whole,
          payload: {
            type: 'string',
            pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
            minLength: 4,
          },
        },
        required: ['track', 'timestamp', 'payload'],
      },
    }),
    message('dtmf', 'Digits: let go, never kept.', OTHER),
    message('mark', 'Passed over.', OTHER),
    message('stop', 'The stream is over.', OTHER),
  ],
  toClient: [],
};
