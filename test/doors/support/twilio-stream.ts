import { signatureOf } from '../../../src/doors/twilio/signature';
import type { RunningService } from '../../support/service';
import { ForeignLine } from './foreign-line';
import { mulawOf } from './mulaw';

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
export const PUBLIC_URL = 'wss://calls.example.com/twilio';
export const ACCOUNTS = [{ tenant: 'acme', authToken: AUTH_TOKEN }];

const FRAME_MS = 20;
const FRAME_BYTES = 160;

export type Track = 'inbound' | 'outbound';

let streams = 0;

/** One Media Stream as Twilio sends it, message by message. */
export class TwilioStream {
  readonly streamSid: string;
  readonly callSid: string;
  private sequenceNumber = 0;
  private readonly chunks = { inbound: 0, outbound: 0 };

  constructor(readonly line: ForeignLine) {
    streams += 1;
    this.streamSid = `MZ${String(streams).padStart(32, '0')}`;
    this.callSid = `CA${String(streams).padStart(32, '0')}`;
  }

  static door({ http }: RunningService): string {
    return `${http.replace('http', 'ws')}/twilio`;
  }

  static async connect(service: RunningService, headers: Record<string, string> = signed()): Promise<TwilioStream> {
    const stream = new TwilioStream(await ForeignLine.open(TwilioStream.door(service), { headers }));
    stream.line.json({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    return stream;
  }

  /** Its number is the next, unless told. */
  private numbered(message: object): object {
    this.sequenceNumber += 1;
    return { sequenceNumber: String(this.sequenceNumber), streamSid: this.streamSid, ...message };
  }

  started(fields: object = {}): object {
    return this.numbered({
      event: 'start',
      start: {
        accountSid: 'AC00000000000000000000000000000000',
        streamSid: this.streamSid,
        callSid: this.callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: {},
        ...fields,
      },
    });
  }

  start(fields: object = {}): void {
    this.line.json(this.started(fields));
  }

  media(track: Track, timestampMs: number, payload: Uint8Array): object {
    this.chunks[track] += 1;
    return this.numbered({
      event: 'media',
      media: {
        track,
        chunk: String(this.chunks[track]),
        timestamp: String(timestampMs),
        payload: Buffer.from(payload).toString('base64'),
      },
    });
  }

  /** Messages of 20 ms of the tracks in turn, as they would come, with what each track says; not sent. */
  speech(said: Partial<Record<Track, Int16Array>>, fromMs = 0): object[] {
    const bytes = Object.entries(said).map(([track, samples]) => [track as Track, mulawOf(samples)] as const);
    const frames = Math.max(...bytes.map(([, all]) => Math.floor(all.length / FRAME_BYTES)));
    return Array.from({ length: frames }, (_, i) =>
      bytes.map(([track, all]) =>
        this.media(track, fromMs + i * FRAME_MS, all.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES)),
      ),
    ).flat();
  }

  say(said: Partial<Record<Track, Int16Array>>, fromMs = 0): void {
    for (const message of this.speech(said, fromMs)) this.line.json(message);
  }

  other(event: string, fields: object = {}): void {
    this.line.json(this.numbered({ event, ...fields }));
  }

  stop(): void {
    this.other('stop', { stop: { accountSid: 'AC00000000000000000000000000000000', callSid: this.callSid } });
  }
}

/** The headers of a signed upgrade. */
export const signed = (url = PUBLIC_URL, authToken = AUTH_TOKEN): Record<string, string> => ({
  'x-twilio-signature': signatureOf(authToken, url),
});
