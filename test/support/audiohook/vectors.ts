import { join } from 'node:path';
import { AsyncApi } from '../asyncapi';

/**
 * Message vectors of AudioHook version 2, from the publisher's reference implementation and compliance tests: what a client
 * says, and what it must be answered. They are run against the session without a socket, and over the real door.
 */
export interface Step {
  /** A message, whose numbers the client fills in unless they stand here; a text as it is; or so many bytes of audio. */
  readonly send: { readonly type: string; readonly parameters?: object } | { readonly text: string } | number;
  /** What comes next, in this order; parameters are those that must be there. */
  readonly expect: readonly { readonly type: string; readonly parameters?: object }[];
}

export interface Vector {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const ORGANIZATION = 'd7934305-0972-4844-938e-9060eef73d05';
const media = (channels: readonly string[], format = 'PCMU') => ({ type: 'audio', format, channels, rate: 8000 });
const STEREO = [media(['external', 'internal']), media(['external']), media(['internal'])];

export const openParameters = (over: object = {}) => ({
  organizationId: ORGANIZATION,
  conversationId: '8d7f0a8e-9fe6-4a36-8b3a-3f4b0c0e7f11',
  participant: {
    id: '0f1fd1b6-3f5a-4a7c-9d3f-1d2a7f1f8a55',
    ani: '+1-555-555-1234',
    aniName: 'John Doe',
    dnis: '+1-800-555-6789',
  },
  media: STEREO,
  language: 'en-US',
  customConfig: {},
  ...over,
});

const open = (over: object = {}, opened: object = {}): Step => ({
  send: { type: 'open', parameters: openParameters(over) },
  expect: [{ type: 'opened', parameters: { media: [STEREO[0]], startPaused: false, ...opened } }],
});
const close: Step = { send: { type: 'close', parameters: { reason: 'end' } }, expect: [{ type: 'closed' }] };
const ping: Step = { send: { type: 'ping', parameters: {} }, expect: [{ type: 'pong' }] };
const audio = (bytes: number): Step => ({ send: bytes, expect: [] });
/** Our goodbye for a fault, and the client's answer to it. */
const fault = (send: Step['send'], info: RegExp): Step[] => [
  { send, expect: [{ type: 'disconnect', parameters: { reason: 'error', info: expect.stringMatching(info) } }] },
  { send: { type: 'close', parameters: { reason: 'disconnect' } }, expect: [{ type: 'closed' }] },
];
const NULL = '00000000-0000-0000-0000-000000000000';

export const GOOD_VECTORS: readonly Vector[] = [
  { name: 'open and close', steps: [open(), close] },
  {
    name: 'both channels, inverted',
    steps: [
      open(
        { media: [media(['internal', 'external']), media(['internal'])] },
        { media: [media(['internal', 'external'])] },
      ),
      audio(3200),
      close,
    ],
  },
  ...['external', 'internal'].map((channel) => ({
    name: `one channel, ${channel}`,
    steps: [open({ media: [media([channel])] }, { media: [media([channel])] }), audio(1600), close],
  })),
  {
    name: 'L16',
    steps: [
      open({ media: [media(['external', 'internal'], 'L16')] }, { media: [media(['external', 'internal'], 'L16')] }),
      audio(6400),
      close,
    ],
  },
  {
    name: 'ping and pong',
    steps: [open(), ping, { ...ping, send: { type: 'ping', parameters: { rtt: 'PT0.012S' } } }, close],
  },
  {
    name: 'languages are told to who asks',
    steps: [open({ supportedLanguages: true }, { supportedLanguages: expect.arrayContaining(['en-US']) }), close],
  },
  {
    name: 'an update of the language',
    steps: [
      open(),
      audio(3200),
      { send: { type: 'update', parameters: { language: 'en-US' } }, expect: [{ type: 'updated' }] },
      audio(3200),
      close,
    ],
  },
  {
    name: 'discarded audio',
    steps: [
      open(),
      audio(3200),
      { send: { type: 'discarded', parameters: { start: 'PT0.2S', discarded: 'PT0.3S' } }, expect: [] },
      audio(3200),
      close,
    ],
  },
  {
    name: "the client's own error ends nothing",
    steps: [
      open(),
      { send: { type: 'error', parameters: { code: 400, message: 'tough stuff' } }, expect: [] },
      ping,
      close,
    ],
  },
  {
    name: 'paused, twice, and resumed',
    steps: [
      open(),
      audio(3200),
      { send: { type: 'paused', parameters: {} }, expect: [] },
      { send: { type: 'paused', parameters: {} }, expect: [] },
      ping,
      { send: { type: 'resumed', parameters: { start: 'PT0.2S', discarded: 'PT0S' } }, expect: [] },
      audio(3200),
      close,
    ],
  },
  {
    name: 'a connection probe',
    steps: [
      open({ conversationId: NULL, participant: { id: NULL, ani: '', aniName: '', dnis: '' } }),
      audio(3200),
      close,
    ],
  },
  {
    name: 'digits and messages of other features',
    steps: [
      open(),
      { send: { type: 'dtmf', parameters: { digit: '5' } }, expect: [] },
      { send: { type: 'playback_started', parameters: {} }, expect: [] },
      ping,
      close,
    ],
  },
  {
    name: 'a second open is passed over',
    steps: [
      open(),
      audio(3200),
      { send: { type: 'open', parameters: openParameters() }, expect: [] },
      audio(3200),
      ping,
      close,
    ],
  },
  { name: 'close before open', steps: [close] },
];

export const BAD_VECTORS: readonly Vector[] = [
  { name: 'no JSON', steps: [open(), ...fault({ text: '{"version":"2"' }, /^400: .*not JSON/)] },
  { name: 'no object', steps: [...fault({ text: '[]' }, /^400: .*not well-formed/)] },
  { name: 'another version', steps: [...fault({ type: 'open', ...{ version: '1' } }, /^400: .*version/)] },
  {
    name: 'another id',
    steps: [open(), ...fault({ type: 'ping', ...{ id: ORGANIZATION } }, /^400: .*not that of the session/)],
  },
  {
    name: 'a position that is none',
    steps: [open(), ...fault({ type: 'ping', ...{ position: '5 s' } }, /^400: .*position/)],
  },
  { name: 'a type that is none', steps: [open(), ...fault({ type: 'dance' }, /^400: "dance" is no message/)] },
  {
    name: 'parameters that do not fit',
    steps: [...fault({ type: 'open', parameters: openParameters({ conversationId: 'x' }) }, /^400: .*conversationId/)],
  },
  {
    name: 'media that nobody takes',
    steps: [...fault({ type: 'open', parameters: openParameters({ media: [media(['external'], 'OPUS')] }) }, /^415: /)],
  },
  {
    name: 'a message twice',
    steps: [open(), ping, ...fault({ type: 'ping', ...{ seq: 2 } }, /^409: seq is 2 where 3 was due/)],
  },
  {
    name: 'a message left out',
    steps: [open(), ...fault({ type: 'ping', ...{ seq: 3 } }, /^409: seq is 3 where 2 was due/)],
  },
  {
    name: 'a serverseq that was never sent',
    steps: [open(), ...fault({ type: 'ping', ...{ serverseq: 7 } }, /^409: serverseq is 7/)],
  },
  {
    name: 'a serverseq that goes back',
    steps: [open(), ping, ping, ...fault({ type: 'ping', ...{ serverseq: 0 } }, /^409: serverseq is 0/)],
  },
  { name: 'a message before open', steps: [...fault({ type: 'paused' }, /^409: "paused" came before "open"/)] },
  {
    name: 'an update without its language',
    steps: [open(), ...fault({ type: 'update', parameters: {} }, /^400: .*language/)],
  },
  { name: 'audio before open', steps: [...fault(1600, /^409: Audio came while/)] },
  {
    name: 'audio in a pause',
    steps: [
      open(),
      { send: { type: 'paused' }, expect: [] },
      ...fault(1600, /^409: Audio came while the session was paused/),
    ],
  },
  { name: 'half a sample', steps: [open(), ...fault(1601, /^415: .*1601 bytes/)] },
  {
    name: 'a text that is too large',
    steps: [open(), ...fault({ type: 'ping', parameters: { pad: 'x'.repeat(66_000) } }, /^413: /)],
  },
  {
    name: 'another organization than the header says',
    steps: [
      {
        send: { type: 'open', parameters: openParameters({ organizationId: NULL }) },
        expect: [{ type: 'disconnect', parameters: { reason: 'unauthorized' } }],
      },
      { send: { type: 'close', parameters: { reason: 'disconnect' } }, expect: [{ type: 'closed' }] },
    ],
  },
];

const DOCUMENT = new AsyncApi(join(__dirname, '../../../docs/asyncapi/audiohook.json'));

/** The numbers of a client that keeps them, for the messages of vectors; what it is told is held against the document. */
export class ClientNumbers {
  seq = 0;
  serverseq = 0;

  constructor(
    readonly id: string,
    private readonly positionMs: () => number,
  ) {}

  /** The message as it is sent. */
  message({ type, parameters = {}, ...over }: { readonly type: string; readonly parameters?: object }): string {
    this.seq += 1;
    const { id, seq, serverseq } = this;
    const position = `PT${this.positionMs() / 1000}S`;
    return JSON.stringify({ version: '2', id, type, seq, serverseq, position, parameters, ...over });
  }

  /** Takes one of the server, and checks what every one must have. */
  received(text: string): { readonly type: string; readonly parameters: Record<string, unknown> } {
    const message = JSON.parse(text) as Record<string, unknown> & { type: string; parameters: Record<string, unknown> };
    const { version, id, seq, clientseq } = message;
    expect({ version, id, seq }).toEqual({ version: '2', id: this.id, seq: this.serverseq + 1 });
    expect(clientseq).toBeLessThanOrEqual(this.seq);
    expect(DOCUMENT.faults(message.type, 'payload', message)).toBeUndefined();
    this.serverseq += 1;
    return message;
  }
}
