import { readJpegHeader } from './jpeg-header';

export const STILL_TYPES = ['jpeg', 'png', 'webp'] as const;
export type StillType = (typeof STILL_TYPES)[number];

export type StillHeader =
  | { readonly ok: true; readonly type: StillType; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly reason: string };

const NAMES: Readonly<Record<StillType, string>> = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP' };
const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
/** What else people send, told by name: magic bytes and where they stand. */
const OTHERS: readonly (readonly [name: string, at: number, magic: string])[] = [
  ['GIF', 0, 'GIF8'],
  ['BMP', 0, 'BM'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['AVIF', 4, 'ftypavif'],
  ['HEIC', 4, 'ftyp'],
  ['PDF', 0, '%PDF'],
  ['SVG', 0, '<'],
  ['WebM', 0, '\x1aE\xdf\xa3'],
];

/**
 * Size of a still by its first bytes, without decoding. What it is decides its content, never its name; content that is
 * not what the stream declared is refused with both names.
 */
export function readStillHeader(bytes: Uint8Array, declared: StillType): StillHeader {
  const found = typeOf(bytes);
  if (found !== declared) {
    const is = found === undefined ? nameOfOther(bytes) : `a ${NAMES[found]}`;
    return invalid(`the stream declared ${NAMES[declared]}, this payload is ${is}`);
  }
  const size = sizeOf(bytes, declared);
  return typeof size === 'string' ? invalid(size) : { ok: true, type: declared, ...size };
}

function typeOf(bytes: Uint8Array): StillType | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  if (has(bytes, 0, PNG_SIGNATURE)) return 'png';
  return has(bytes, 0, 'RIFF') && has(bytes, 8, 'WEBP') ? 'webp' : undefined;
}

function nameOfOther(bytes: Uint8Array): string {
  const other = OTHERS.find(([, at, magic]) => has(bytes, at, magic));
  return other === undefined ? 'none of JPEG, PNG and WebP' : `a ${other[0]}`;
}

function sizeOf(bytes: Uint8Array, type: StillType): Size {
  if (type === 'png') return pngSize(bytes);
  if (type === 'webp') return webpSize(bytes);
  const header = readJpegHeader(bytes);
  return header.ok ? { width: header.width, height: header.height } : header.reason;
}

type Size = { readonly width: number; readonly height: number } | string;

/** The first chunk is IHDR, of 13 bytes (PNG 3rd edition, 5.6 and 11.2.1). */
function pngSize(bytes: Uint8Array): Size {
  if (bytes.length < 33) return 'PNG ends inside its header';
  const view = viewOf(bytes);
  if (view.getUint32(8) !== 13 || !has(bytes, 12, 'IHDR')) return 'PNG without IHDR in front';
  return sized('PNG', view.getUint32(16), view.getUint32(20));
}

/** Lossy (RFC 9649, 2.5; RFC 6386, 9.1), lossless (3.4) or extended (2.7), whose canvas is that of an animation too. */
function webpSize(bytes: Uint8Array): Size {
  if (bytes.length < 30) return 'WebP ends inside its header';
  const view = viewOf(bytes);
  if (has(bytes, 12, 'VP8X')) return sized('WebP', uint24(bytes, 24) + 1, uint24(bytes, 27) + 1);
  if (has(bytes, 12, 'VP8L')) {
    if (bytes[20] !== 0x2f) return 'WebP with a broken lossless header';
    const bits = view.getUint32(21, true);
    return sized('WebP', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (!has(bytes, 12, 'VP8 ')) return 'WebP without a picture in front';
  if (bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) return 'WebP without a key frame';
  return sized('WebP', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
}

function sized(name: string, width: number, height: number): Size {
  return width === 0 || height === 0 ? `${name} without a size` : { width, height };
}

function has(bytes: Uint8Array, at: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i += 1) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const uint24 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);

function invalid(reason: string): StillHeader {
  return { ok: false, reason };
}
