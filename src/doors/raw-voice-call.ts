import { RapportError, type StreamDescription } from '@rapport-live/protocol';
import type { DoorCall } from './door-call';
import type { CallStart, DoorCalls } from './door-calls';
import type { DoorLine } from './door-line';
import { RawVoice } from './raw-voice';
import type { LineListener } from './web-socket-door';

/** Close status of RFC 6455, section 7.4.1. */
const NORMAL = 1000;

/** A call over a WebSocket that a text message begins, whose binary messages are the samples of its one stream. */
export abstract class RawVoiceCall implements LineListener {
  private call: DoorCall | undefined;
  private voice: RawVoice | undefined;

  /** @param opening what the message that begins it is called */
  constructor(
    protected readonly line: DoorLine,
    private readonly calls: DoorCalls,
    private readonly opening: string,
  ) {}

  abstract text(text: string): void;

  binary(bytes: Buffer): void {
    if (this.voice === undefined) throw new RapportError('session_required', `Sound came before ${this.opening}.`);
    this.voice.heard(bytes);
  }

  /** It says no farewell: its close is one. */
  gone(status: number): void {
    if (status === NORMAL) this.call?.end();
    this.call?.leave();
  }

  protected get isBegun(): boolean {
    return this.call !== undefined;
  }

  /** Throws RapportError as `DoorCalls.begin`. */
  protected begin(session: CallStart['session'], stream: StreamDescription): void {
    this.call = this.calls.begin(
      this.line,
      { session, streams: [stream] },
      { ended: () => this.line.close(), failed: (error) => this.line.answer(error) },
    );
    this.voice = new RawVoice(this.call, stream);
  }
}
