import { readVint } from './ebml';

/** Frames of one block, at most: the count is one byte (RFC 9559, 10.3). */
const LACING = { none: 0, xiph: 1, fixed: 2, ebml: 3 } as const;

export interface WebmBlock {
  readonly track: number;
  /** Relative to its cluster, in the segment's ticks. */
  readonly time: number;
  readonly frames: readonly Uint8Array[];
}

/** A SimpleBlock's or Block's payload (RFC 9559, 10), laced or not; undefined for a broken one. Frames are views. */
export function readBlock(bytes: Uint8Array): WebmBlock | undefined {
  const track = readVint(bytes, 0, bytes.length);
  if (typeof track === 'string' || bytes.length < track.bytes + 3) return undefined;
  const at = track.bytes;
  const time = ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;
  const body = bytes.subarray(at + 3);
  const frames = readFrames(body, (bytes[at + 2]! >> 1) & 3);
  return frames && { track: track.value, time, frames };
}

function readFrames(body: Uint8Array, lacing: number): Uint8Array[] | undefined {
  if (lacing === LACING.none) return [body];
  if (body.length === 0) return undefined;
  const count = body[0]! + 1;
  if (lacing === LACING.fixed) {
    const size = (body.length - 1) / count;
    if (!Number.isInteger(size)) return undefined;
    return Array.from({ length: count }, (_, i) => body.subarray(1 + i * size, 1 + (i + 1) * size));
  }
  const sizes = lacing === LACING.xiph ? xiphSizes(body, count) : ebmlSizes(body, count);
  if (sizes === undefined) return undefined;
  const frames: Uint8Array[] = [];
  let at = sizes.end;
  for (const size of sizes.sizes) {
    if (size < 0 || at + size > body.length) return undefined;
    frames.push(body.subarray(at, at + size));
    at += size;
  }
  frames.push(body.subarray(at));
  return frames;
}

interface LaceSizes {
  /** Of all frames but the last. */
  readonly sizes: readonly number[];
  readonly end: number;
}

/** Each size is a run of 255 and what is left. */
function xiphSizes(body: Uint8Array, count: number): LaceSizes | undefined {
  const sizes: number[] = [];
  let at = 1;
  while (sizes.length < count - 1) {
    let size = 0;
    let byte = 255;
    while (byte === 255) {
      if (at >= body.length) return undefined;
      byte = body[at]!;
      size += byte;
      at += 1;
    }
    sizes.push(size);
  }
  return { sizes, end: at };
}

/** The first size as it is, each other as its difference from the one before, in the middle of its range. */
function ebmlSizes(body: Uint8Array, count: number): LaceSizes | undefined {
  const sizes: number[] = [];
  let at = 1;
  while (sizes.length < count - 1) {
    const number = readVint(body, at, body.length);
    if (typeof number === 'string' || number.value === Infinity) return undefined;
    const before = sizes.at(-1);
    sizes.push(before === undefined ? number.value : before + number.value - (2 ** (7 * number.bytes - 1) - 1));
    at += number.bytes;
  }
  return { sizes, end: at };
}
