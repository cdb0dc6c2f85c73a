import type { FilmHead } from '../codecs/demuxer';

/**
 * The seam of the video decoders: coded pictures in, stills out. Asynchronous; never throws. Times are media ms.
 * Whoever uses one watches it: it may hang for ever, and is then closed and replaced (`FilmTrack`).
 * Sound does not pass here: the Opus beside the pictures is decoded in process, to the millisecond.
 */
export interface VideoDecoder {
  /** One coded picture, in the order of decoding; the first is a key frame. The bytes are copied before this returns. */
  write(ptsMs: number, key: boolean, picture: Uint8Array): void;
  /** Nothing follows: what is held comes out, then `closed`. */
  end(): void;
  /** Stops it at once, hung or not. Nothing is heard of it after this. */
  close(): void;
}

export interface VideoDecoderEvents {
  /** Every picture up to this time is decoded, and its still, if it made one, was given. A sign of life, also where the time is the same. */
  decoded(ptsMs: number): void;
  /** One picture as JPEG, about two a second. */
  still(ptsMs: number, jpeg: Uint8Array): void;
  /** The last: it ended, by itself or after `end`. `fault` is for the log. */
  closed(fault: string | undefined): void;
}

/** A decoder's right to run: at most so many at a time in this process. */
export interface VideoSlot {
  open(head: FilmHead, events: VideoDecoderEvents): VideoDecoder;
  /** It is replaced; for the log. */
  failed(why: string): void;
  /** Gives the right back; the decoder must be closed. */
  release(): void;
}

/** Where streams get their decoders from. */
export const VIDEO_DECODERS = Symbol('VideoDecoders');
export interface VideoDecoders {
  /** Which decoder it is and why; for the log and `/readyz`. */
  readonly choice: VideoChoice;
  readonly inUse: number;
  readonly max: number;
  /** A sentence for the client when there is none to be had. */
  reserve(): VideoSlot | string;
}

export interface VideoChoice {
  readonly decoder: 'ffmpeg' | 'ffmpeg-core' | 'none';
  /** Its version, or why there is none. */
  readonly detail: string;
}

/** What a client should do without video. */
export const SEND_STILLS =
  'send stills (codec jpeg, 2 a second) and the voice as a stream of its own (webm-opus or PCM), or install ffmpeg on the server';
