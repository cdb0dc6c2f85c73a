/**
 * Twilio Media Streams, messages to the WebSocket server (Twilio docs, "Media Streams: WebSocket Messages"). Read by hand: a
 * `media` comes fifty times a second and track.
 */
export interface TwilioStart {
  readonly event: 'start';
  readonly streamSid: string;
  readonly callSid: string;
  readonly tracks: readonly TwilioTrack[];
  readonly encoding: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly customParameters: Readonly<Record<string, unknown>>;
}

export interface TwilioMedia {
  readonly event: 'media';
  readonly streamSid: string;
  readonly track: TwilioTrack;
  /** Since the start of the stream. */
  readonly timestampMs: number;
  readonly payload: Buffer;
}

/** `mark` answers one of ours, and we send none; digits of `dtmf` are let go here (design rule: never kept). */
export interface TwilioOther {
  readonly event: 'stop' | 'dtmf' | 'mark' | 'unknown';
}

/** Known by its name, but not as documented. */
export interface TwilioInvalid {
  readonly event: 'invalid';
  readonly of: string;
  readonly why: string;
}

export type TwilioMessage = TwilioStart | TwilioMedia | TwilioOther | TwilioInvalid;

export const TWILIO_TRACKS = ['inbound', 'outbound'] as const;
export type TwilioTrack = (typeof TWILIO_TRACKS)[number];

/** A message with its place among the others; `connected` comes before all and has none. */
export type NumberedMessage =
  | { readonly event: 'connected' }
  | { readonly event: 'numbered'; readonly seq: number; readonly message: TwilioMessage };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whole numbers come as text. */
function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Undefined: no JSON object. */
export function parseTwilio(text: string): NumberedMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(json)) return undefined;
  if (json.event === 'connected') return { event: 'connected' };
  const seq = wholeNumber(json.sequenceNumber);
  if (seq !== undefined) return { event: 'numbered', seq, message: messageOf(json) };
  return { event: 'numbered', seq: NaN, message: invalid(json.event, 'sequenceNumber is no whole number') };
}

const invalid = (of: unknown, why: string): TwilioInvalid => ({
  event: 'invalid',
  of: typeof of === 'string' ? of.slice(0, 32) : typeof of,
  why,
});

function messageOf(json: Fields): TwilioMessage {
  switch (json.event) {
    case 'media':
      return mediaOf(json);
    case 'start':
      return startOf(json);
    case 'stop':
    case 'dtmf':
    case 'mark':
      return { event: json.event };
    default:
      return typeof json.event === 'string' ? { event: 'unknown' } : invalid(json.event, 'event is no text');
  }
}

function mediaOf({ streamSid, media }: Fields): TwilioMedia | TwilioInvalid {
  if (typeof streamSid !== 'string' || !isFields(media)) return invalid('media', 'streamSid or media is missing');
  const { track, payload } = media;
  const timestampMs = wholeNumber(media.timestamp);
  if (track !== 'inbound' && track !== 'outbound') return invalid('media', 'track is neither inbound nor outbound');
  if (timestampMs === undefined) return invalid('media', 'timestamp is no whole number');
  if (typeof payload !== 'string') return invalid('media', 'payload is missing');
  const bytes = Buffer.from(payload, 'base64');
  if (bytes.length === 0 || bytes.length !== decodedBytes(payload)) return invalid('media', 'payload is no base64');
  return { event: 'media', streamSid, track, timestampMs, payload: bytes };
}

/** What base64 (RFC 4648, section 4) of this length holds; `Buffer` passes over what is none, and so gives less. */
function decodedBytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length * 3) / 4 - padding;
}

function startOf({ streamSid, start }: Fields): TwilioStart | TwilioInvalid {
  if (!isFields(start)) return invalid('start', 'start is missing');
  const sid = start.streamSid ?? streamSid;
  const { callSid, tracks, mediaFormat, customParameters = {} } = start;
  if (typeof sid !== 'string' || sid === '' || sid.length > 64) return invalid('start', 'streamSid is missing');
  if (typeof callSid !== 'string') return invalid('start', 'callSid is missing');
  if (!Array.isArray(tracks)) return invalid('start', 'tracks is no list');
  if (!isFields(mediaFormat)) return invalid('start', 'mediaFormat is missing');
  if (!isFields(customParameters)) return invalid('start', 'customParameters is no object');
  return {
    event: 'start',
    streamSid: sid,
    callSid,
    tracks: TWILIO_TRACKS.filter((track) => tracks.includes(track)),
    encoding: String(mediaFormat.encoding),
    sampleRate: Number(mediaFormat.sampleRate),
    channels: Number(mediaFormat.channels),
    customParameters,
  };
}
