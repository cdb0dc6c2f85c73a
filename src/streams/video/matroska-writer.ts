import type { FilmHead } from '../codecs/demuxer';
import { ID } from '../codecs/ebml';

/** Written for decoders of ours, so only what they read. Ids as in `ebml.ts`, and: */
const TRACK_UID = 0x73c5;
const TRACK = 1;
const FILM = 1;
const KEY_FRAME = 0x80;

/**
 * The container that decoders get: one track of pictures, one cluster a picture, its time the media time. Made anew
 * here, so that a decoder never reads a container from outside, and begins at any key frame.
 */
export function matroskaHeader({ codec, width, height, setup }: FilmHead): Uint8Array {
  const entry = [
    element(ID.TrackNumber, Buffer.of(TRACK)),
    element(TRACK_UID, Buffer.of(TRACK)),
    element(ID.TrackType, Buffer.of(FILM)),
    element(ID.CodecID, Buffer.from(codec, 'latin1')),
    ...(setup.length > 0 ? [element(ID.CodecPrivate, setup)] : []),
    element(ID.Video, element(ID.PixelWidth, uint(width)), element(ID.PixelHeight, uint(height))),
  ];
  return Buffer.concat([
    element(ID.EBML, element(ID.DocType, Buffer.from('matroska'))),
    // a segment that never ends: its size is unknown
    Buffer.of(0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    element(ID.Info, element(ID.TimestampScale, uint(1_000_000))),
    element(ID.Tracks, element(ID.TrackEntry, ...entry)),
  ]);
}

export function matroskaPicture(ptsMs: number, key: boolean, picture: Uint8Array): Uint8Array {
  const block = Buffer.of(0x80 + TRACK, 0, 0, key ? KEY_FRAME : 0);
  return element(ID.Cluster, element(ID.Timestamp, uint(ptsMs)), element(ID.SimpleBlock, block, picture));
}

function element(id: number, ...body: readonly Uint8Array[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const size = uint(length, 8);
  size[0] = 0x01; // a size of eight bytes
  return Buffer.concat([uint(id, Math.ceil((32 - Math.clz32(id)) / 8)), size, ...body]);
}

function uint(value: number, bytes = 8): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
}
