import type { FilmHead } from '../codecs/demuxer';
import {
  SEND_STILLS,
  type VideoChoice,
  type VideoDecoder,
  type VideoDecoderEvents,
  type VideoDecoders,
  type VideoSlot,
} from './video-decoder';

export type OpenVideoDecoder = (head: FilmHead, events: VideoDecoderEvents) => VideoDecoder;

/** Decoders of one kind, at most `max` streams at a time. */
export class VideoSlots implements VideoDecoders {
  #inUse = 0;

  constructor(
    readonly choice: VideoChoice,
    readonly max: number,
    /** Absent: there is no decoder. */
    private readonly openDecoder: OpenVideoDecoder | undefined,
    private readonly onFailed: (why: string) => void,
  ) {}

  get inUse(): number {
    return this.#inUse;
  }

  reserve(): VideoSlot | string {
    const open = this.openDecoder;
    if (open === undefined) return `this server has no decoder for it: ${SEND_STILLS}.`;
    if (this.#inUse >= this.max) return `all ${this.max} video decoders of this server are in use: ${SEND_STILLS}.`;
    this.#inUse += 1;
    let released = false;
    return {
      open,
      failed: this.onFailed,
      release: () => {
        if (!released) this.#inUse -= 1;
        released = true;
      },
    };
  }
}
