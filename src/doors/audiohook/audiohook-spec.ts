import type { DoorMessage, DoorSpec, JsonSchema } from '@rapport-live/protocol';
import { z } from 'zod';
import { BINARY, COUNT, exactly, fixed, listOf, PROBABILITY, TEXT } from '../spec-schemas';
import { CHANNELS, CLIENT_PARAMETERS, ClientEnvelope, type ClientType, FORMATS, type ServerType } from './messages';
import { DURATION } from './stream-time';

const DURATION_TEXT: JsonSchema = { type: 'string', pattern: DURATION.source };
const UUID_TEXT: JsonSchema = { type: 'string', format: 'uuid' };
const CHANNEL: JsonSchema = { type: 'string', enum: CHANNELS };

const SUMMARIES: Readonly<Record<ClientType, string>> = {
  open: 'The first message: the conversation, and the media that may be chosen. A conversation of zeros is a probe. Another one is passed over.',
  close: 'The session is to end.',
  ping: 'Answered by pong.',
  paused: 'No audio comes from this position on.',
  resumed: 'It does again.',
  discarded: 'Audio up to this position was left out.',
  update: 'What is being said ends here, and what follows is in this language; answered by updated.',
  error: 'Something of ours did not please the client; 429 with retryAfter: events wait for so long.',
  dtmf: 'Digits: let go, never kept.',
  reconnecting: 'Passed over.',
  reconnected: 'Passed over.',
  playback_started: 'Passed over.',
  playback_completed: 'Passed over.',
};

/** As `client-text.ts` checks it: the envelope, then the parameters of its type. */
function fromClient(type: ClientType): DoorMessage {
  const payload = ClientEnvelope.extend({ type: z.literal(type), parameters: CLIENT_PARAMETERS[type] });
  return { name: type, summary: SUMMARIES[type], payload };
}

function toClient(type: ServerType, summary: string, parameters: JsonSchema = exactly({})): DoorMessage {
  const envelope = { version: fixed('2'), id: UUID_TEXT, type: fixed(type), seq: COUNT, clientseq: COUNT };
  return { name: type, summary, payload: exactly({ ...envelope, parameters }) };
}

const WORD = exactly(
  {
    type: fixed('word'),
    value: TEXT,
    confidence: PROBABILITY,
    offset: DURATION_TEXT,
    duration: DURATION_TEXT,
    language: TEXT,
  },
  ['language'],
);
const INTERPRETATION = exactly({ type: fixed('display'), transcript: TEXT, tokens: listOf(WORD) });
const TRANSCRIPT = exactly({
  ...{ id: UUID_TEXT, channel: CHANNEL, isFinal: { type: 'boolean', const: true } },
  ...{ offset: DURATION_TEXT, duration: DURATION_TEXT },
  alternatives: listOf(
    exactly({ confidence: PROBABILITY, languages: listOf(TEXT), interpretations: listOf(INTERPRETATION) }, [
      'languages',
    ]),
  ),
});
const MEDIA = exactly({
  ...{ type: fixed('audio'), format: { type: 'string', enum: FORMATS }, channels: listOf(CHANNEL) },
  rate: fixed(8000),
});

/** What `messages.ts` takes, and what `AudioHookSession` sends. */
export const AUDIOHOOK_SPEC: DoorSpec = {
  name: 'audiohook',
  title: 'Genesys AudioHook',
  description:
    'AudioHook protocol version 2, as the publisher has it (developer.genesys.cloud, "AudioHook"; the reference ' +
    'implementation purecloudlabs/audiohook-reference-implementation). docs/doors/audiohook.md says what becomes of a call.',
  protocol: 'ws',
  address: '/audiohook',
  security: 'X-API-KEY, and the HTTP message signature of its secret.',
  fromClient: [
    ...(Object.keys(CLIENT_PARAMETERS) as ClientType[]).map(fromClient),
    { name: 'audio', summary: 'Interleaved samples of the media that was chosen.', ...BINARY },
  ],
  toClient: [
    toClient(
      'opened',
      'Answers open: the media that was chosen.',
      exactly(
        {
          ...{ media: listOf(MEDIA), startPaused: { type: 'boolean' } },
          ...{ discardTo: DURATION_TEXT, supportedLanguages: listOf(TEXT) },
        },
        ['discardTo', 'supportedLanguages'],
      ),
    ),
    toClient('pong', 'Answers ping.'),
    toClient('updated', 'Answers update.'),
    toClient(
      'event',
      'A final transcript of one channel.',
      exactly({ entities: listOf(exactly({ type: fixed('transcript'), data: TRANSCRIPT })) }),
    ),
    toClient('closed', 'Answers close: everything was told.'),
    toClient(
      'disconnect',
      'We end it; the client is to close.',
      exactly({ reason: { type: 'string', enum: ['completed', 'unauthorized', 'error'] }, info: TEXT }, ['info']),
    ),
    toClient('reconnect', 'This instance goes down: another takes the call.', exactly({ info: TEXT }, ['info'])),
  ],
};
