/**
 * The binary media frame of `rapport.v1`: a fixed 24-byte header, big-endian, then the payload.
 * The payload's length is the WebSocket message's length less the header.
 *
 * | byte | type | field |
 * |---|---|---|
 * | 0 | u8 | version, 1 |
 * | 1 | u8 | flags, see `FrameFlag`; undefined bits are zero |
 * | 2 | u16 | streamId, as named in `session.start` |
 * | 4 | u32 | seq, per stream, from 0, without gaps |
 * | 8 | u64 | ptsUs, presentation time in microseconds since `session.start` |
 * | 16 | u64 | byteOffset, payload bytes sent on this stream before this frame (as in QUIC STREAM frames, RFC 9000, 19.8) |
 */
export const FRAME_HEADER_BYTES = 24;
export const FRAME_VERSION = 1;

export const FrameFlag = {
  /** The payload begins with the codec's init segment (WebM header, Ogg header pages); the client keeps it for a resume. */
  init: 0x01,
  /** Nothing follows on this stream; the payload may be empty. */
  endOfStream: 0x02,
  /** Sent again after a resume; same seq, ptsUs and byteOffset as the first time. */
  retransmit: 0x04,
  /** Media before this frame is missing on purpose (device change, mute); decoders start anew. */
  discontinuity: 0x08,
} as const;

const DEFINED_FLAGS = 0x0f;
/** 2^53 - 1: the largest integer that every JSON and JavaScript peer can hold. */
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export interface FrameHeader {
  readonly flags: number;
  readonly streamId: number;
  readonly seq: number;
  readonly ptsUs: number;
  readonly byteOffset: number;
}

export interface Frame extends FrameHeader {
  /** A view into the received message, valid until that buffer is reused: copy what outlives the call. */
  readonly payload: Uint8Array;
}

export type FrameFault =
  | { readonly kind: 'too_short'; readonly bytes: number }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'flags'; readonly flags: number }
  | { readonly kind: 'range'; readonly field: 'ptsUs' | 'byteOffset' };

export type DecodedFrame =
  { readonly ok: true; readonly frame: Frame } | { readonly ok: false; readonly fault: FrameFault };

/** Encodes one frame. Throws RangeError when a field does not fit: that is a fault of the caller. */
export function encodeFrame(header: FrameHeader, payload: Uint8Array): Uint8Array {
  requireUint('flags', header.flags, DEFINED_FLAGS);
  requireUint('streamId', header.streamId, 0xffff);
  requireUint('seq', header.seq, 0xffffffff);
  requireUint('ptsUs', header.ptsUs, MAX_SAFE);
  requireUint('byteOffset', header.byteOffset, MAX_SAFE);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FRAME_VERSION);
  view.setUint8(1, header.flags);
  view.setUint16(2, header.streamId);
  view.setUint32(4, header.seq);
  setUint64(view, 8, header.ptsUs);
  setUint64(view, 16, header.byteOffset);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** Decodes one WebSocket binary message. A fault is a value, since peers send what they like. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  if (bytes.byteLength < FRAME_HEADER_BYTES) return fault({ kind: 'too_short', bytes: bytes.byteLength });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== FRAME_VERSION) return fault({ kind: 'version', version });
  const flags = view.getUint8(1);
  if ((flags & ~DEFINED_FLAGS) !== 0) return fault({ kind: 'flags', flags });
  const ptsUs = getUint64(view, 8);
  if (ptsUs > MAX_SAFE) return fault({ kind: 'range', field: 'ptsUs' });
  const byteOffset = getUint64(view, 16);
  if (byteOffset > MAX_SAFE) return fault({ kind: 'range', field: 'byteOffset' });
  const frame: Frame = {
    flags,
    streamId: view.getUint16(2),
    seq: view.getUint32(4),
    ptsUs,
    byteOffset,
    payload: bytes.subarray(FRAME_HEADER_BYTES),
  };
  return { ok: true, frame };
}

function fault(value: FrameFault): DecodedFrame {
  return { ok: false, fault: value };
}

function requireUint(field: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${field} must be an integer from 0 to ${max}, not ${value}`);
  }
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value >>> 0);
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}
