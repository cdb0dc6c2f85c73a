import { ID } from '../ebml';

/** WebM by hand, for what no encoder makes. */
export function element(id: number, body: ArrayLike<number>, size: 'known' | 'unknown' | number = 'known'): number[] {
  const idBytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) idBytes.unshift(rest & 0xff);
  return [
    ...idBytes,
    ...(size === 'unknown' ? [0xff] : vint(size === 'known' ? body.length : size)),
    ...Array.from(body),
  ];
}

/** A size of eight bytes, whatever its value. */
function vint(value: number): number[] {
  return [1, ...Array.from({ length: 7 }, (_, i) => Math.floor(value / 256 ** (6 - i)) % 256)];
}

const text = (value: string) => [...Buffer.from(value)];
export const opusHead = (channels = 1) => [...text('OpusHead'), 1, channels, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0];

/** Everything before the first cluster; the segment stays open. */
export function webmHeader(channels = 1, head: readonly number[] = opusHead(channels)): number[] {
  const entry = [
    ...element(ID.TrackNumber, [1]),
    ...element(ID.TrackType, [2]),
    ...element(ID.CodecID, text('A_OPUS')),
    ...element(ID.CodecPrivate, head),
  ];
  return [
    ...element(ID.EBML, element(ID.DocType, text('webm'))),
    ...element(ID.Segment, [], 'unknown'),
    ...element(ID.Tracks, element(ID.TrackEntry, entry)),
  ];
}

/** The start of a cluster of unknown size. */
export function cluster(timeMs: number): number[] {
  return [
    ...element(ID.Cluster, [], 'unknown'),
    ...element(ID.Timestamp, [timeMs >> 16, (timeMs >> 8) & 255, timeMs & 255]),
  ];
}

export function block(timeMs: number, body: readonly number[], flags = 0x80): number[] {
  return [0x81, (timeMs >> 8) & 255, timeMs & 255, flags, ...body];
}

export function simpleBlock(timeMs: number, body: readonly number[], flags = 0x80): number[] {
  return element(ID.SimpleBlock, block(timeMs, body, flags));
}
