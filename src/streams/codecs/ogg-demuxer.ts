import { MAX_STEP_MS, NO_HEADER, type DemuxSink, type Demuxer } from './demuxer';
import { OPUS_RATE_PER_MS, opusPacketSamples, readOpusHead, startsWith } from './opus-packet';

/** Header of 27 bytes, 255 lengths, 255 segments of 255 bytes (RFC 3533, 6). */
const MAX_PAGE_BYTES = 27 + 255 + 255 * 255;
/** A packet of sound that goes on over pages; longer ones (comments with pictures) are stepped over. */
const MAX_PACKET_BYTES = 8 * 1024;
/** Positions that differ by less from what the packets sum up to are trimming at an end, not a hole; ms. */
const HOLE_MS = 60;
/** Bytes of false pages whose checksum is worked out for one payload; beyond it, what is held is dropped. */
const MAX_WASTED_BYTES = 8 * MAX_PAGE_BYTES;
const FLAG = { continued: 1, first: 2 } as const;

/** Opus in Ogg: RFC 3533 for the pages, RFC 7845 for what is in them. Each page is checked by its CRC. */
export class OggDemuxer implements Demuxer {
  readonly #buffer = new Uint8Array(MAX_PAGE_BYTES);
  readonly #packet = new Uint8Array(MAX_PACKET_BYTES);
  #held = 0;
  #old = 0;
  #serial: number | undefined;
  #nextPage = 0;
  /** Bytes of a packet that goes on in the next page; -1: it is being stepped over. */
  #begun = 0;
  /** Headers that are still to come. */
  #headers = 2;
  /** Sum of the packets, samples at 48 kHz. */
  #position = 0;
  /** A packet of this recording was there. */
  #placed = false;
  /** Bytes of false pages in this payload. */
  #wasted = 0;

  push(bytes: Uint8Array, sink: DemuxSink): string | undefined {
    this.#old = this.#held;
    this.#wasted = 0;
    let at = 0;
    let fault: string | undefined;
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, this.#buffer.length - this.#held);
      this.#buffer.set(bytes.subarray(at, at + count), this.#held);
      this.#held += count;
      at += count;
      const wrong = this.#pages(sink);
      fault ??= wrong;
    }
    return fault && `Ogg: ${fault}.`;
  }

  lost(): void {
    this.#held = 0;
    this.#old = 0;
    this.#begun = -1;
  }

  erase(): void {
    this.lost();
    this.#buffer.fill(0);
    this.#packet.fill(0);
  }

  restart(): boolean {
    const cut = this.#serial !== undefined && this.#held > 0;
    this.lost();
    this.#serial = undefined;
    this.#headers = 2;
    return cut;
  }

  #pages(sink: DemuxSink): string | undefined {
    const buffer = this.#buffer;
    let at = 0;
    let fault: string | undefined;
    for (;;) {
      const start = findPage(buffer, at, this.#held);
      if (start > at) fault ??= this.#serial === undefined ? NO_HEADER : 'a page was expected';
      at = start;
      const size = pageBytes(buffer, at, this.#held);
      if (size === undefined) break;
      const page = buffer.subarray(at, at + size);
      if (page[4] === 0 && crcFits(page)) {
        const wrong = this.#page(page, at >= this.#old, sink);
        fault ??= wrong;
        at += size;
      } else {
        fault ??= 'a page whose checksum does not fit';
        sink.corrupt();
        this.#wasted += size;
        at = this.#wasted > MAX_WASTED_BYTES ? this.#held : at + 1;
      }
    }
    if (at > 0) buffer.copyWithin(0, at, this.#held);
    this.#held -= at;
    this.#old = Math.max(0, this.#old - at);
    return fault;
  }

  #page(page: Uint8Array, within: boolean, sink: DemuxSink): string | undefined {
    const view = new DataView(page.buffer, page.byteOffset, page.length);
    const flags = page[5]!;
    const serial = view.getUint32(14, true);
    const number = view.getUint32(18, true);
    const body = 27 + page[26]!;
    if ((flags & FLAG.first) !== 0) {
      const head = readOpusHead(page.subarray(body));
      if (typeof head === 'string') return this.#serial === undefined ? head : undefined;
      this.#serial = serial;
      this.#headers = 1; // OpusTags
      this.#position = 0;
      this.#placed = false;
      this.#begun = 0;
      this.#nextPage = number + 1;
      sink.head(head);
      return undefined;
    }
    if (this.#serial === undefined) return NO_HEADER;
    if (serial !== this.#serial) return undefined;
    const continued = (flags & FLAG.continued) !== 0;
    if (number !== this.#nextPage || !continued) this.#begun = continued ? -1 : 0;
    this.#nextPage = number + 1;
    if (!this.#anchor(page, body, view)) sink.corrupt();
    this.#segments(page, body, within, sink);
    return undefined;
  }

  /** The page says where its last packet ends: a hole in front of it moves the position on. False where that is damaged. */
  #anchor(page: Uint8Array, body: number, view: DataView): boolean {
    const granule = Number(view.getBigInt64(6, true));
    if (granule < 0 || this.#headers > 0) return true;
    let samples = 0;
    let at = body;
    let size = 0;
    for (let i = 0; i < page[26]!; i += 1) {
      size += page[27 + i]!;
      if (page[27 + i] === 255) continue;
      samples += opusPacketSamples(page.subarray(at, at + size)) ?? 0;
      at += size;
      size = 0;
    }
    const holeMs = (granule - samples - this.#position) / OPUS_RATE_PER_MS;
    if (this.#placed && holeMs > MAX_STEP_MS) return false;
    this.#placed = true;
    if (holeMs > HOLE_MS) this.#position = granule - samples;
    return true;
  }

  #segments(page: Uint8Array, body: number, within: boolean, sink: DemuxSink): void {
    let at = body;
    let size = 0;
    for (let i = 0; i < page[26]!; i += 1) {
      const lace = page[27 + i]!;
      size += lace;
      const ends = lace < 255;
      if (!ends && i < page[26]! - 1) continue;
      this.#part(page.subarray(at, at + size), ends, within, sink);
      at += size;
      size = 0;
    }
  }

  #part(bytes: Uint8Array, ends: boolean, within: boolean, sink: DemuxSink): void {
    const begun = this.#begun;
    if (begun === 0 && ends) this.#whole(bytes, within, sink);
    else if (begun >= 0 && begun + bytes.length <= MAX_PACKET_BYTES) {
      this.#packet.set(bytes, begun);
      if (ends) this.#whole(this.#packet.subarray(0, begun + bytes.length), within && begun === 0, sink);
      this.#begun = begun + bytes.length;
    } else {
      if (ends && this.#headers > 0) this.#headers -= 1;
      else if (ends) sink.corrupt();
      this.#begun = -1;
    }
    if (ends) this.#begun = 0;
  }

  #whole(packet: Uint8Array, within: boolean, sink: DemuxSink): void {
    if (this.#headers > 0) {
      this.#headers -= 1;
      if (startsWith(packet, 'OpusTags')) return;
    }
    sink.packet(packet, this.#position / OPUS_RATE_PER_MS, within);
    this.#position += opusPacketSamples(packet) ?? 0;
  }
}

function findPage(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    if (bytes[at] !== 0x4f) continue;
    if (end - at < 4) return at;
    if (bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53) return at;
  }
  return end;
}

/** Undefined while it is not all there. */
function pageBytes(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (at + 27 > end || at + 27 + bytes[at + 26]! > end) return undefined;
  let size = 27 + bytes[at + 26]!;
  for (let i = 0; i < bytes[at + 26]!; i += 1) size += bytes[at + 27 + i]!;
  return at + size <= end ? size : undefined;
}

/** CRC-32 of the polynomial 0x04c11db7, not reflected, from 0, over the page with its own field as zeros. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

function crcFits(page: Uint8Array): boolean {
  return oggCrc(page) === new DataView(page.buffer, page.byteOffset).getUint32(22, true);
}

export function oggCrc(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i += 1) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!;
    crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}
