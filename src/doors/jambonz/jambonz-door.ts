import { RapportError } from '@rapport-live/protocol';
import { identifyByApiKey } from '../by-api-key';
import { callMetadata } from '../call-metadata';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import { RawVoiceCall } from '../raw-voice-call';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { parseJson, streamOf } from './preamble';

/** Close status of RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;

/** jambonz' verb `listen` at `/jambonz`: one JSON message about the call, then its sound as binary messages. */
export class JambonzDoor implements DoorProtocol {
  readonly name = 'jambonz';
  readonly path = '/jambonz';
  readonly subprotocols = ['audio.jambonz.org'];
  readonly maxMessageBytes = 256 * 1024;
  readonly identify = identifyByApiKey;

  constructor(private readonly calls: DoorCalls) {}

  open(line: DoorLine): LineListener {
    return new JambonzCall(line, this.calls);
  }
}

class JambonzCall extends RawVoiceCall {
  constructor(line: DoorLine, calls: DoorCalls) {
    super(line, calls, 'the message of the call');
  }

  text(text: string): void {
    const json = parseJson(text);
    if (json === undefined) {
      throw new RapportError('malformed_message', `A message of ${text.length} characters is no JSON object.`);
    }
    // digits are never kept; what answers messages of ours is about none, since we send none
    if (this.isBegun) return;
    const { callSid } = json;
    if (typeof callSid !== 'string') throw new RapportError('invalid_message', 'The first message has no callSid.');
    const stream = this.streamOrClose(json);
    if (stream !== undefined) this.begin(callMetadata(json, callSid), stream);
  }

  private streamOrClose(json: Parameters<typeof streamOf>[0]): ReturnType<typeof streamOf> | undefined {
    try {
      return streamOf(json);
    } catch (error) {
      if (!(error instanceof RapportError) || error.code !== 'not_supported') throw error;
      this.line.answer(error, UNSUPPORTED_DATA);
      return undefined;
    }
  }
}
