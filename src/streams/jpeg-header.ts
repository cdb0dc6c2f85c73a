export type JpegHeader =
  | { readonly ok: true; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly reason: string };

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/**
 * Width and height of a JPEG from its frame header (SOF), without decoding: ITU-T T.81, B.1.1.3 (markers)
 * and B.2.2 (frame header). Thumbnails inside APPn segments are stepped over by segment length.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return invalid('no JPEG start marker');
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return invalid('a JPEG marker was expected');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    at += 2;
    if (standsAlone(marker)) continue;
    if (marker === SOS || marker === EOI) return invalid('JPEG without a frame header');
    const length = uint16(bytes, at);
    if (length < 2) break;
    if (isFrameHeader(marker)) return readSize(bytes, at, length);
    at += length;
  }
  return invalid('JPEG ends inside its header');
}

function readSize(bytes: Uint8Array, at: number, length: number): JpegHeader {
  if (length < 8 || at + 7 > bytes.length) return invalid('JPEG ends inside its header');
  const height = uint16(bytes, at + 3);
  const width = uint16(bytes, at + 5);
  if (width === 0 || height === 0) return invalid('JPEG without a size');
  return { ok: true, width, height };
}

/** SOF0-SOF15 but DHT, JPG and DAC, which share the range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** TEM and restart markers have no length. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** 0 past the end, which no segment length may be. */
function uint16(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : 0;
}

function invalid(reason: string): JpegHeader {
  return { ok: false, reason };
}
