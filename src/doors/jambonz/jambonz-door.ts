import { RapportError } from '@rapport-live/protocol';
import { identifyByApiKey } from '../by-api-key';
import { callMetadata } from '../call-metadata';
import type { DoorCall } from '../door-call';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import { RawVoice } from '../raw-voice';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { parseJson, streamOf } from './preamble';

/** Close statuses of RFC 6455, section 7.4.1. */
const [NORMAL, UNSUPPORTED_DATA] = [1000, 1003];

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

class JambonzCall implements LineListener {
  private call: DoorCall | undefined;
  private voice: RawVoice | undefined;

  constructor(
    private readonly line: DoorLine,
    private readonly calls: DoorCalls,
  ) {}

  text(text: string): void {
    const json = parseJson(text);
    if (json === undefined) {
      throw new RapportError('malformed_message', `A message of ${text.length} characters is no JSON object.`);
    }
    // digits are never kept; what answers messages of ours is about none, since we send none
    if (this.call !== undefined) return;
    const { callSid } = json;
    if (typeof callSid !== 'string') throw new RapportError('invalid_message', 'The first message has no callSid.');
    const stream = this.streamOrClose(json);
    if (stream === undefined) return;
    this.call = this.calls.begin(
      this.line,
      { session: callMetadata(json, callSid), streams: [stream] },
      { ended: () => this.line.close(), failed: (error) => this.line.answer(error) },
    );
    this.voice = new RawVoice(this.call, stream);
  }

  binary(bytes: Buffer): void {
    if (this.voice === undefined)
      throw new RapportError('session_required', 'Sound came before the message of the call.');
    this.voice.heard(bytes);
  }

  /** It says no farewell: its close is one. */
  gone(status: number): void {
    if (status === NORMAL) this.call?.end();
    this.call?.leave();
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
