import type { IncomingMessage } from 'node:http';
import { type Codec, RapportError } from '@rapport-live/protocol';
import { identifyByApiKey } from '../by-api-key';
import { callMetadata, partyOf } from '../call-metadata';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import { rawVoiceStream } from '../raw-voice';
import { RawVoiceCall } from '../raw-voice-call';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { type MediaStart, parseControl } from './control-message';

/** Close status of RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;

/** Asterisk's names of what we decode; `slin` is 16-bit little-endian on all machines that it is built for. */
const CODEC_OF_FORMAT: Readonly<Record<string, Codec>> = {
  ulaw: 'mulaw-8k',
  alaw: 'alaw-8k',
  slin: 'pcm16le-8k',
  slin16: 'pcm16le-16k',
  slin24: 'pcm16le-24k',
  slin48: 'pcm16le-48k',
};

/** Asterisk's channel driver `chan_websocket`, connecting to us, at `/asterisk`. */
export class AsteriskDoor implements DoorProtocol {
  readonly name = 'asterisk';
  readonly path = '/asterisk';
  readonly subprotocols = ['media'];
  /** Its own limit is 65,500 bytes. */
  readonly maxMessageBytes = 64 * 1024;
  readonly identify = identifyByApiKey;

  constructor(private readonly calls: DoorCalls) {}

  open(line: DoorLine, request: IncomingMessage): LineListener {
    const query = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
    return new AsteriskCall(line, this.calls, Object.fromEntries(query));
  }
}

class AsteriskCall extends RawVoiceCall {
  constructor(
    line: DoorLine,
    calls: DoorCalls,
    /** Of the address, as the dial string's `v(...)` adds them. */
    private readonly parameters: Readonly<Record<string, string>>,
  ) {
    super(line, calls, 'MEDIA_START');
  }

  text(text: string): void {
    const message = parseControl(text);
    if (message === undefined) {
      throw new RapportError('malformed_message', `A message of ${text.length} characters is no control message.`);
    }
    if (this.isBegun) return;
    if (message.event === 'MEDIA_START') this.start(message);
    else throw new RapportError('session_required', 'Another message came before MEDIA_START.');
  }

  private start({ format, id }: MediaStart): void {
    const codec = Object.hasOwn(CODEC_OF_FORMAT, format) ? CODEC_OF_FORMAT[format] : undefined;
    if (codec === undefined) {
      const shown = JSON.stringify(format.slice(0, 32));
      const known = Object.keys(CODEC_OF_FORMAT).join(', ');
      return this.line.fail(
        'not_supported',
        `The format ${shown} is not taken: use one of ${known}.`,
        UNSUPPORTED_DATA,
      );
    }
    const { parameters } = this;
    // A channel in a bridge hears all the others in it: unless somebody says better, both parties.
    const stream = rawVoiceStream(codec, partyOf(parameters, ['customer', 'agent', 'mixed'], 'mixed'));
    this.begin(callMetadata(parameters, id), stream);
  }
}
