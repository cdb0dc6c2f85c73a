import { RapportError, type StreamDescription } from '@rapport-live/protocol';
import { callMetadata, partyOf } from '../call-metadata';
import type { DoorCall } from '../door-call';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import type { SeenIds } from '../seen-ids';
import type { LineListener } from '../web-socket-door';
import { MessageOrder } from './message-order';
import { parseTwilio, type TwilioMedia, type TwilioMessage, type TwilioStart, type TwilioTrack } from './messages';

const STREAM_ID: Readonly<Record<TwilioTrack, number>> = { inbound: 1, outbound: 2 };
/** `start` has this number (Twilio docs, "Start message"). */
const FIRST_SEQUENCE_NUMBER = 1;

/** Close statuses of RFC 6455, section 7.4.1, where the list of errors has none that fits. */
const PROTOCOL_ERROR = 1002;
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/** One stream of Twilio's as a session. Inbound is the customer and outbound the agent, unless a parameter `party` says so. */
export class TwilioCall implements LineListener {
  private call: DoorCall | undefined;
  private streamSid = '';
  private tracks: readonly TwilioTrack[] = [];
  private isStopped = false;
  /** Tracks before whose next media something is missing. */
  private readonly missing = new Set<TwilioTrack>();
  private readonly order = new MessageOrder<TwilioMessage>(FIRST_SEQUENCE_NUMBER, {
    next: (message, missing) => this.inOrder(message, missing),
    again: () => this.call?.dropped('duplicate'),
  });

  constructor(
    private readonly line: DoorLine,
    private readonly calls: DoorCalls,
    private readonly seen: SeenIds,
  ) {}

  text(text: string): void {
    const parsed = parseTwilio(text);
    if (parsed === undefined) {
      throw new RapportError('malformed_message', `A message of ${text.length} characters is no JSON object.`);
    }
    if (parsed.event === 'connected' || this.isStopped) return;
    const { seq, message } = parsed;
    if (Number.isNaN(seq)) this.inOrder(message, false);
    else this.order.arrived(seq, message);
  }

  binary(): void {
    this.line.fail('not_supported', 'A binary message: media comes as base64 in text.', UNSUPPORTED_DATA);
  }

  gone(): void {
    if (this.call !== undefined) this.order.flush();
    this.call?.leave();
  }

  private inOrder(message: TwilioMessage, missing: boolean): void {
    // what was held is still heard when the peer has gone, and nothing more once it was told to go
    if (this.isStopped || this.line.closeCode !== undefined) return;
    if (missing) for (const track of ['inbound', 'outbound'] as const) this.missing.add(track);
    switch (message.event) {
      case 'start':
        return this.start(message);
      case 'media':
        return this.media(message);
      case 'stop':
        return this.stop();
      case 'invalid':
        // one bad frame is a frame less; a start that cannot be read is no call
        if (this.call !== undefined) return this.call.dropped('payload_invalid');
        throw new RapportError('invalid_message', `${message.of}: ${message.why}.`);
      default:
    }
  }

  private start(start: TwilioStart): void {
    if (this.call !== undefined) return this.line.fail('session_exists', 'A second start came.', PROTOCOL_ERROR);
    const { encoding, sampleRate, channels, tracks, streamSid, callSid, customParameters } = start;
    if (encoding !== 'audio/x-mulaw' || sampleRate !== 8000 || channels !== 1) {
      const shown = `${encoding.slice(0, 32)} of ${sampleRate} Hz in ${channels} channels`;
      return this.line.fail('not_supported', `${shown}: audio/x-mulaw of 8000 Hz in 1 is wanted.`, UNSUPPORTED_DATA);
    }
    if (tracks.length === 0) throw new RapportError('invalid_message', 'start: tracks names neither of the two.');
    const inbound = partyOf(customParameters, ['customer', 'agent'], 'customer');
    const id = `${this.line.principal.tenant} ${streamSid}`;
    if (this.seen.has(id)) {
      return this.line.fail('forbidden', 'A stream of this streamSid was there before.', POLICY_VIOLATION);
    }
    const partyOn = (track: TwilioTrack) =>
      track === 'inbound' ? inbound : inbound === 'customer' ? 'agent' : 'customer';
    const streams = tracks.map((track): StreamDescription => ({
      ...{ streamId: STREAM_ID[track], kind: 'voice', codec: 'mulaw-8k' },
      party: partyOn(track),
    }));
    this.streamSid = streamSid;
    this.call = this.calls.begin(
      this.line,
      { session: callMetadata(customParameters, callSid), streams },
      { ended: () => this.line.close(), failed: (error) => this.line.answer(error) },
    );
    this.tracks = tracks;
    this.seen.add(id);
  }

  private media({ streamSid, track, timestampMs, payload }: TwilioMedia): void {
    if (this.call === undefined) throw new RapportError('session_required', 'media came before start.');
    if (streamSid !== this.streamSid || !this.tracks.includes(track)) return this.call.dropped('payload_invalid');
    this.call.media(STREAM_ID[track], timestampMs, payload, this.missing.delete(track));
  }

  private stop(): void {
    if (this.call === undefined) throw new RapportError('session_required', 'stop came before start.');
    this.isStopped = true;
    this.call.end();
  }
}
