/** The words every part of Rapport shares. Order matters where it is said to. */

/** Emotion labels in the one order used everywhere; manifests list labels by name and code never indexes by number. */
export const EMOTIONS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'] as const;
export type Emotion = (typeof EMOTIONS)[number];

/** The modalities of an assessment, in the order of all their listings. */
export const MODALITIES = ['voice', 'face', 'text'] as const;
export type Modality = (typeof MODALITIES)[number];

/**
 * Who is heard on a stream. A window assesses the customer only; `mixed` is one channel with both parties
 * in it, which is transcribed and never assessed.
 */
export const PARTIES = ['customer', 'agent', 'mixed'] as const;
export type Party = (typeof PARTIES)[number];

export const STREAM_KINDS = ['voice', 'video'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export const CODECS = [
  'pcm16le-8k',
  'pcm16le-16k',
  'pcm16le-24k',
  'pcm16le-48k',
  'mulaw-8k',
  'alaw-8k',
  'webm-opus',
  'ogg-opus',
  'jpeg',
  'png',
  'webp',
  'webm-video',
] as const;
export type Codec = (typeof CODECS)[number];

export const CODEC_KIND: Readonly<Record<Codec, StreamKind>> = {
  'pcm16le-8k': 'voice',
  'pcm16le-16k': 'voice',
  'pcm16le-24k': 'voice',
  'pcm16le-48k': 'voice',
  'mulaw-8k': 'voice',
  'alaw-8k': 'voice',
  'webm-opus': 'voice',
  'ogg-opus': 'voice',
  jpeg: 'video',
  png: 'video',
  webp: 'video',
  'webm-video': 'video',
};

/** Codecs that can carry two parties, one in each channel (`StreamDescription.channels`). */
export const STEREO_CODECS = [
  'pcm16le-8k',
  'pcm16le-16k',
  'pcm16le-24k',
  'pcm16le-48k',
  'webm-opus',
  'ogg-opus',
] as const satisfies readonly Codec[];

/** The WebSocket subprotocol that this package describes. */
export const SUBPROTOCOL = 'rapport.v1';

/**
 * How a browser, which cannot set headers, shows its short-lived token: it offers the subprotocols `rapport.v1` and
 * `rapport.token.TOKEN`. The server selects `rapport.v1` and never echoes the token. TOKEN holds only characters that
 * RFC 9110 (5.6.2) allows in a token, as base64url and JWT do.
 */
export const TOKEN_SUBPROTOCOL_PREFIX = 'rapport.token.';

/**
 * What a key or token may do within its tenant: send conversations, watch live ones, search past ones, change what the
 * tenant set up.
 */
export const SCOPES = ['ingest', 'monitor', 'search', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Of a person who looks at sessions: of the own teams; without names; everything. */
export const ROLES = ['supervisor', 'analyst', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Those that a token in a browser can have. */
export const BROWSER_SCOPES = ['ingest', 'monitor'] as const satisfies readonly Scope[];

/** What is given up under pressure, in this order. Flags in `degraded` use the same words. */
export const SHED_STEPS = ['partials', 'video_rate', 'video', 'hop_2s', 'agent_transcript'] as const;
export type ShedStep = (typeof SHED_STEPS)[number];
