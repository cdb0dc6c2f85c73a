import type { DoorSpec } from '@rapport-live/protocol';
import { BINARY } from '../spec-schemas';

/** What `preamble.ts` reads; more fields may be there, of which some become metadata (docs/doors.md). */
export const JAMBONZ_SPEC: DoorSpec = {
  name: 'jambonz',
  title: 'jambonz listen',
  description:
    'What the verb listen of jambonz sends, as its documentation has it: one text message about the call, then its sound ' +
    'in binary messages, 16-bit little-endian. docs/doors.md says what becomes of a call.',
  protocol: 'ws',
  address: '/jambonz',
  security: 'An API key with the scope ingest, as the password of HTTP Basic.',
  subprotocol: 'audio.jambonz.org',
  fromClient: [
    {
      name: 'call',
      summary: 'The first message: attributes of the call, and the metadata of the verb.',
      payload: {
        type: 'object',
        properties: {
          callSid: { type: 'string' },
          sampleRate: {
            anyOf: [8000, 16_000, 24_000, 48_000].map((rate) => ({ type: 'integer', const: rate })),
            default: 8000,
          },
          mixType: { type: 'string', enum: ['mono', 'stereo', 'mixed'], default: 'mono' },
          party: { type: 'string', enum: ['customer', 'agent', 'mixed'], default: 'customer' },
        },
        required: ['callSid'],
      },
    },
    { name: 'sound', summary: 'A binary message, 16-bit little-endian.', ...BINARY },
  ],
  toClient: [],
};
