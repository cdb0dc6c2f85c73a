import { FACE_TRACK_DEFAULTS, type FaceTrackOptions } from './face-tracker';

export interface EncodeOptions extends FaceTrackOptions {
  /** How far back the customer's voice is encoded at every hop, ms. The voice encoder takes at most 4,000. */
  readonly voiceWindowMs: number;
  /** Speech that must have come since the last run before the voice encoder runs again, ms. */
  readonly minNewSpeechMs: number;
  /** Customer speech in the window from which voice is present (rule 10), ms. */
  readonly minSpeechMs: number;
  /** Kept before the first and after the last speech of the window, ms. */
  readonly speechMarginMs: number;
  /** Shortest stretch given to the voice encoder, ms: its head was trained on no less. */
  readonly minStretchMs: number;
  /** Stills looked at in one hop, the newest ones; fusion reads at most 8 faces of 4 s. */
  readonly maxStillsPerHop: number;
  /** Stills whose faces are remembered by the hash of their bytes, a session. */
  readonly maxCachedStills: number;
  /** Utterances and messages of a session in work at once. */
  readonly maxConcurrentTexts: number;
  /** Utterances and messages in work or waiting; more are shed with an announcement. Credit keeps live input far below. */
  readonly maxPendingTexts: number;
  /** Hops in work or waiting; more become failed hops. 64 hops hold about 2 MB of voice. */
  readonly maxPendingHops: number;
}

export const ENCODE_DEFAULTS: EncodeOptions = {
  ...FACE_TRACK_DEFAULTS,
  voiceWindowMs: 4000,
  minNewSpeechMs: 100,
  minSpeechMs: 1000,
  speechMarginMs: 200,
  minStretchMs: 2000,
  maxStillsPerHop: 8,
  maxCachedStills: 32,
  maxConcurrentTexts: 4,
  maxPendingTexts: 64,
  maxPendingHops: 64,
};
