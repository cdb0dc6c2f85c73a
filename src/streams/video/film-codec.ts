import type { FilmHead } from '../codecs/demuxer';

/** The codecs that browsers record with and every ffmpeg decodes. */
const CODECS = ['V_VP8', 'V_VP9', 'V_MPEG4/ISO/AVC'];
/** An avcC record is below 1 kB in practice. */
const MAX_SETUP_BYTES = 16 * 1024;

export interface FilmLimits {
  readonly maxVideoPixels: number;
  readonly maxVideoSide: number;
}

export interface FilmRefusal {
  readonly code: 'payload_invalid' | 'media_too_large';
  readonly message: string;
}

/** Why these pictures are not decoded, by what the container says of them; undefined when they are. */
export function refuseFilm(head: FilmHead, { maxVideoPixels, maxVideoSide }: FilmLimits): FilmRefusal | undefined {
  const { codec, width, height, setup, encoded } = head;
  const invalid = (message: string): FilmRefusal => ({ code: 'payload_invalid', message });
  if (!CODECS.includes(codec)) {
    const name = codec.replace(/[^\w/]/g, '?').slice(0, 32);
    return invalid(`The pictures are ${name}; taken are VP8, VP9 and H.264.`);
  }
  if (encoded) return invalid('The pictures are encrypted.');
  if (setup.length > MAX_SETUP_BYTES) return invalid(`A CodecPrivate of ${setup.length} bytes.`);
  if (codec === 'V_MPEG4/ISO/AVC' && setup.length < 7) return invalid('H.264 without its CodecPrivate (avcC).');
  if (!(width > 0 && height > 0)) return invalid('The container does not say how large the pictures are.');
  if (width * height <= maxVideoPixels && Math.max(width, height) <= maxVideoSide) return undefined;
  const limit = `${maxVideoPixels} pixels or a side of ${maxVideoSide}`;
  return { code: 'media_too_large', message: `Video of ${width} x ${height} px is over ${limit}: send it smaller.` };
}

/** Whether decoding can begin at this picture, by its own first bits: containers are not always right about it. */
export function isKeyFrame({ codec, setup }: FilmHead, picture: Uint8Array): boolean {
  const first = picture[0];
  if (first === undefined) return false;
  if (codec === 'V_VP8') return (first & 1) === 0; // RFC 6386, 9.1
  if (codec === 'V_VP9') return isVp9Key(first);
  return hasIdr(picture, (setup[4]! & 3) + 1);
}

/** Marker, profile (a reserved bit behind profile 3), show_existing_frame, frame_type (VP9 bitstream 0.6, 6.2). */
function isVp9Key(first: number): boolean {
  const atProfile3 = (first & 0b0011_0000) === 0b0011_0000;
  const rest = atProfile3 ? first >> 1 : first >> 2;
  return first >> 6 === 2 && (rest & 0b11) === 0;
}

/** A unit of type 5 (ITU-T H.264, 7.4.1) among those of the picture, each behind its length (ISO 14496-15, 5.2.3). */
function hasIdr(picture: Uint8Array, lengthBytes: number): boolean {
  let at = 0;
  while (at + lengthBytes < picture.length) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i += 1) length = length * 256 + picture[at + i]!;
    at += lengthBytes;
    if ((picture[at]! & 31) === 5) return true;
    at += Math.max(1, length);
  }
  return false;
}
