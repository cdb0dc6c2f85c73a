/** Bytes of EBML (RFC 8794) as WebM uses them: element heads and numbers, bounded. */

/** EBML element ids that the demuxer knows (RFC 9559; webmproject.org/docs/container). */
export const ID = {
  EBML: 0x1a45dfa3,
  DocType: 0x4282,
  Segment: 0x18538067,
  SeekHead: 0x114d9b74,
  Info: 0x1549a966,
  TimestampScale: 0x2ad7b1,
  Tracks: 0x1654ae6b,
  TrackEntry: 0xae,
  TrackNumber: 0xd7,
  TrackType: 0x83,
  CodecID: 0x86,
  CodecPrivate: 0x63a2,
  Video: 0xe0,
  PixelWidth: 0xb0,
  PixelHeight: 0xba,
  ContentEncodings: 0x6d80,
  Cluster: 0x1f43b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
  BlockGroup: 0xa0,
  Block: 0xa1,
  Cues: 0x1c53bb6b,
  Chapters: 0x1043a770,
  Tags: 0x1254c367,
  Attachments: 0x1941a469,
  Void: 0xec,
} as const;

/** An id of 4 bytes and a size of 8. */
export const MAX_HEAD_BYTES = 12;

export interface ElementHead {
  readonly id: number;
  /** Infinity: unknown (RFC 8794, 6.2). */
  readonly size: number;
  readonly bytes: number;
}

/** The head of the element at `at`; `more` when it is cut off, `bad` for what is none. */
export function readHead(bytes: Uint8Array, at: number, end: number): ElementHead | 'more' | 'bad' {
  if (at >= end) return 'more';
  const idBytes = Math.clz32(bytes[at]!) - 23;
  if (idBytes > 4) return 'bad';
  if (at + idBytes >= end) return 'more';
  let id = 0;
  for (let i = 0; i < idBytes; i += 1) id = id * 256 + bytes[at + i]!;
  const size = readVint(bytes, at + idBytes, end);
  if (typeof size === 'string') return size;
  return { id, size: size.value, bytes: idBytes + size.bytes };
}

/** A number of variable length, the marker bit taken off; all ones are Infinity. */
export function readVint(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly bytes: number } | 'more' | 'bad' {
  if (at >= end) return 'more';
  const length = Math.clz32(bytes[at]!) - 23;
  if (length > 8) return 'bad';
  if (at + length > end) return 'more';
  let value = bytes[at]! & ((1 << (8 - length)) - 1);
  let ones = value === (1 << (8 - length)) - 1;
  for (let i = 1; i < length; i += 1) {
    value = value * 256 + bytes[at + i]!;
    ones &&= bytes[at + i] === 0xff;
  }
  if (ones) return { value: Infinity, bytes: length };
  return Number.isSafeInteger(value) ? { value, bytes: length } : 'bad';
}

/** Big-endian, of up to 8 bytes; Infinity beyond 2^53. */
export function readUint(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : Infinity;
}
