import { type Codec, type ErrorCode, type Party, RapportError } from '@rapport-live/protocol';
import type { DoorCall } from '../door-call';
import type { DoorCalls } from '../door-calls';
import type { CallLine } from '../door-line';
import { RawVoice, rawVoiceStream } from '../raw-voice';
import { AUDIO_SOCKET, type AudioSocketFrame } from './audio-socket-frames';

const UUID_BYTES = 16;

const CODEC_OF_TYPE: Readonly<Record<number, Codec>> = {
  [AUDIO_SOCKET.slin8]: 'pcm16le-8k',
  [AUDIO_SOCKET.slin16]: 'pcm16le-16k',
  [AUDIO_SOCKET.slin24]: 'pcm16le-24k',
  [AUDIO_SOCKET.slin48]: 'pcm16le-48k',
};

/** What a call tells its connection. */
export interface AudioSocketEnd {
  /** It is over. */
  close(): void;
  fail(error: RapportError): void;
}

/** One call of Asterisk's: its id first, then its sound, until it hangs up. */
export class AudioSocketCall {
  private id: string | undefined;
  private type: number | undefined;
  private call: DoorCall | undefined;
  private voice: RawVoice | undefined;
  private isOver = false;

  constructor(
    private readonly line: CallLine,
    private readonly calls: DoorCalls,
    private readonly party: Party,
    private readonly end: AudioSocketEnd,
  ) {}

  /** Throws RapportError, with which the connection is to be closed. */
  frame({ type, payload }: AudioSocketFrame): void {
    if (this.isOver) return;
    if (type === AUDIO_SOCKET.hangup) return this.hangUp();
    if (type === AUDIO_SOCKET.error) return this.leave();
    if (this.id === undefined) return this.identify(type, payload);
    // digits are never kept
    if (type === AUDIO_SOCKET.dtmf) return;
    const codec = CODEC_OF_TYPE[type];
    if (codec === undefined) throw refused('not_supported', `A frame of type 0x${type.toString(16)} is not taken.`);
    if (this.voice === undefined) this.voice = this.begin(type, codec);
    else if (type !== this.type) throw refused('not_supported', 'The rate of the sound has changed.');
    this.voice.heard(payload);
  }

  /** The connection is gone: "socket closure is also sufficient", says the protocol. */
  gone(isClean: boolean): void {
    if (isClean) this.call?.end();
    this.leave();
  }

  private hangUp(): void {
    this.isOver = true;
    if (this.call === undefined) this.end.close();
    else this.call.end();
  }

  private leave(): void {
    this.isOver = true;
    this.call?.leave();
    this.end.close();
  }

  private identify(type: number, payload: Buffer): void {
    if (type !== AUDIO_SOCKET.uuid) {
      throw refused('session_required', `A frame of type 0x${type.toString(16)} came before the id of the call.`);
    }
    if (payload.length !== UUID_BYTES) throw refused('invalid_message', `An id of ${payload.length} bytes is no UUID.`);
    this.id = payload.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  private begin(type: number, codec: Codec): RawVoice {
    const stream = rawVoiceStream(codec, this.party);
    this.type = type;
    this.call = this.calls.begin(
      this.line,
      { session: { externalId: this.id }, streams: [stream] },
      { ended: () => this.end.close(), failed: (error) => this.end.fail(error) },
    );
    return new RawVoice(this.call, stream);
  }
}

const refused = (code: ErrorCode, message: string): RapportError => new RapportError(code, message);
