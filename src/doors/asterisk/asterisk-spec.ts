import type { DoorSpec } from '@rapport-live/protocol';
import { BINARY } from '../spec-schemas';

const MEDIA_START = {
  type: 'object',
  properties: {
    event: { type: 'string', const: 'MEDIA_START' },
    format: { type: 'string', enum: ['ulaw', 'alaw', 'slin', 'slin16', 'slin24', 'slin48'] },
    channel_id: { type: 'string' },
    connection_id: { type: 'string' },
  },
  required: ['event', 'format'],
} as const;

/** What `control-message.ts` reads. */
export const ASTERISK_SPEC: DoorSpec = {
  name: 'asterisk',
  title: "Asterisk's chan_websocket",
  description:
    "What Asterisk's channel driver chan_websocket sends when it connects to us, as docs.asterisk.org has it: control " +
    'messages in JSON or plain text, and sound in binary messages. docs/doors.md says what becomes of a call.',
  protocol: 'ws',
  address: '/asterisk',
  security: 'An API key with the scope ingest, as the password of HTTP Basic.',
  subprotocol: 'media',
  fromClient: [
    { name: 'MEDIA_START', summary: 'The first message, as JSON.', payload: MEDIA_START },
    {
      name: 'MEDIA_START.plain',
      summary: 'The same as plain text.',
      contentType: 'text/plain',
      payload: { type: 'string', pattern: '^MEDIA_START(?:\\s+[a-z_]+:\\S+)*\\s*$' },
    },
    { name: 'sound', summary: 'A binary message in the format of MEDIA_START.', ...BINARY },
  ],
  toClient: [],
};

/** AudioSocket, over TCP. */
export const AUDIO_SOCKET_SPEC: DoorSpec = {
  name: 'audiosocket',
  title: "Asterisk's AudioSocket",
  description:
    'What the application AudioSocket of Asterisk sends over TCP, as docs.asterisk.org has it. Each frame is a byte of ' +
    'type, a length of 16 bits, big-endian, and so many bytes. docs/doors.md says what becomes of a call.',
  protocol: 'tcp',
  address: 'audiosocket',
  security: 'It knows no proof: it is held to addresses.',
  fromClient: [
    { name: 'uuid', summary: 'Type 0x01: the id of the call, 16 bytes; the first frame.', ...BINARY },
    {
      name: 'slin',
      summary: 'Types 0x10, 0x12, 0x13, 0x16: 16-bit little-endian sound at 8, 16, 24, 48 kHz.',
      ...BINARY,
    },
    { name: 'dtmf', summary: 'Type 0x03: a digit; let go, never kept.', ...BINARY },
    { name: 'error', summary: 'Type 0xff.', ...BINARY },
    { name: 'hangup', summary: 'Type 0x00: the call is over.', ...BINARY },
  ],
  toClient: [{ name: 'hangup', summary: 'Type 0x00: we are done.', ...BINARY }],
};
