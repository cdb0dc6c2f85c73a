import { ClusterTime } from './cluster-time';
import { NO_HEADER, type DemuxSink, type Demuxer, type FilmHead } from './demuxer';
import { ID, MAX_HEAD_BYTES, readHead, readUint, type ElementHead } from './ebml';
import { OPUS_RATE_PER_MS, opusPacketSamples, readOpusHead, type OpusHead } from './opus-packet';
import { readBlock } from './webm-block';
import { CHILDREN, MASTERS, TOP } from './webm-elements';

/** An element that must be whole before it is read: blocks and values. Opus of 120 ms laced 8 times is below it. */
const MAX_ELEMENT_BYTES = 64 * 1024;
/** An element that is stepped over (tags, cues, padding). */
const MAX_SKIPPED_BYTES = 1024 * 1024;
const AUDIO = 2;
const FILM = 1;

interface Open {
  readonly id: number;
  /** Bytes of it that are left; Infinity when its size is unknown. */
  left: number;
}
interface Track {
  number?: number;
  type?: number;
  codec?: string;
  head?: OpusHead | string;
  setup?: Uint8Array;
  width?: number;
  height?: number;
  encoded?: boolean;
}

/**
 * WebM as browsers record it: one header in the first slice, then clusters of unknown size that begin anywhere
 * (RFC 8794 for the bytes, RFC 9559 for the elements). A header in a later slice starts anew.
 */
export class WebmDemuxer implements Demuxer {
  readonly #buffer: Uint8Array;
  readonly #maxElementBytes: number;
  #held = 0;
  /** Of the held bytes, those of payloads before this one. */
  #old = 0;
  #skip = 0;
  #open: Open[] = [];
  #track: Track = {};
  #audio: number | undefined;
  #film: number | undefined;
  readonly #time = new ClusterTime();
  /** Where elements begin is not known: look for one. */
  #searching = false;

  /** @param maxPictureBytes largest coded picture; 0: pictures are stepped over. */
  constructor(private readonly maxPictureBytes = 0) {
    this.#maxElementBytes = Math.max(MAX_ELEMENT_BYTES, maxPictureBytes);
    this.#buffer = new Uint8Array(this.#maxElementBytes + MAX_HEAD_BYTES);
  }

  push(bytes: Uint8Array, sink: DemuxSink): string | undefined {
    this.#old = this.#held;
    let at = 0;
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, this.#buffer.length - this.#held);
      this.#buffer.set(bytes.subarray(at, at + count), this.#held);
      this.#held += count;
      at += count;
      const fault = this.#read(sink);
      if (fault !== undefined) {
        this.lost();
        return `WebM: ${fault}.`;
      }
    }
    if (this.#searching) return `WebM: ${this.#headless ? NO_HEADER : 'no place to go on in this payload'}.`;
    return undefined;
  }

  lost(): void {
    this.#held = 0;
    this.#old = 0;
    this.#skip = 0;
    this.#searching = true;
  }

  erase(): void {
    this.lost();
    this.#buffer.fill(0);
  }

  restart(): boolean {
    const cut = !this.#searching && !this.#headless && this.#held + this.#skip > 0;
    this.lost();
    this.#searching = false;
    this.#open = [];
    this.#audio = undefined;
    this.#film = undefined;
    return cut;
  }

  /** All whole elements of the buffer; what is left moves to its front. */
  #read(sink: DemuxSink): string | undefined {
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skip, this.#held - at);
      this.#skip -= skipped;
      at += skipped;
      this.#spend(skipped, sink);
      if (this.#searching) at = this.#search(at);
      const next = this.#element(at, sink);
      if (typeof next === 'string') return next;
      if (next === undefined) break;
      at = next;
    }
    if (at > 0) this.#buffer.copyWithin(0, at, this.#held);
    this.#held -= at;
    this.#old = Math.max(0, this.#old - at);
    return undefined;
  }

  /** Behind the element at `at`, undefined when more bytes are needed, or what is wrong with it. */
  #element(at: number, sink: DemuxSink): number | string | undefined {
    if (this.#searching) return undefined;
    const head = readHead(this.#buffer, at, this.#held);
    if (head === 'more') return undefined;
    if (head === 'bad') return 'an element was expected';
    const parent = this.#parentOf(head, sink);
    if (typeof parent === 'string') return parent;
    const known = CHILDREN[parent.id]!.includes(head.id);
    if (head.bytes + (head.size === Infinity ? 0 : head.size) > parent.left)
      return 'an element is longer than its parent';
    const bodyAt = at + head.bytes;
    if (known && MASTERS.has(head.id)) return this.#enter(head, bodyAt);
    if (head.size === Infinity) return 'only segments and clusters may be of unknown size';
    if (!known) {
      if (head.size > MAX_SKIPPED_BYTES) return `an element of ${head.size} bytes is over ${MAX_SKIPPED_BYTES}`;
      this.#skip = head.size;
      this.#spend(head.bytes, sink);
      return bodyAt;
    }
    if (head.size > this.#maxElementBytes) return `an element of ${head.size} bytes is over ${this.#maxElementBytes}`;
    const end = bodyAt + head.size;
    if (end > this.#held) return undefined;
    const fault = this.#value(head.id, this.#buffer.subarray(bodyAt, end), at >= this.#old, sink);
    this.#spend(head.bytes + head.size, sink);
    return fault ?? end;
  }

  /** The element that this one belongs into; those that it ends are closed. */
  #parentOf(head: ElementHead, sink: DemuxSink): Open | string {
    if (head.id === ID.EBML) {
      this.#open = [];
      this.#audio = undefined;
      this.#film = undefined;
      this.#time.restart();
    }
    if (TOP.has(head.id)) while (this.#open.length > 1 && this.#open.at(-1)!.left === Infinity) this.#close(sink);
    const parent = this.#open.at(-1);
    if (parent !== undefined) return parent;
    return head.id === ID.EBML || head.id === ID.Segment ? { id: 0, left: Infinity } : NO_HEADER;
  }

  #enter(head: ElementHead, bodyAt: number): number | string {
    const endless = head.id === ID.Segment || head.id === ID.Cluster;
    if (head.size === Infinity && !endless) return 'only segments and clusters may be of unknown size';
    if (head.id === ID.Cluster && this.#headless) return 'no Opus track before the first cluster';
    if (head.id === ID.TrackEntry) this.#track = {};
    this.#spendHead(head.bytes + (head.size === Infinity ? 0 : head.size));
    this.#open.push({ id: head.id, left: head.size });
    return bodyAt;
  }

  /** No track of use is known. */
  get #headless(): boolean {
    return this.#audio === undefined && this.#film === undefined;
  }

  /** Parents count an inner element as a whole when it is entered. */
  #spendHead(bytes: number): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.left -= bytes;
  }

  #spend(bytes: number, sink: DemuxSink): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    parent.left -= bytes;
    while (this.#open.length > 0 && this.#open.at(-1)!.left <= 0) this.#close(sink);
  }

  #close(sink: DemuxSink): void {
    const { id } = this.#open.pop()!;
    if (id !== ID.TrackEntry) return;
    const { number, type, codec, head, encoded } = this.#track;
    if (this.maxPictureBytes > 0 && type === FILM && number !== undefined && this.#film === undefined) {
      this.#film = number;
      sink.film?.(filmHead(this.#track));
    }
    if (this.#audio !== undefined) return;
    if (type !== AUDIO || codec !== 'A_OPUS' || number === undefined || encoded || typeof head !== 'object') return;
    this.#audio = number;
    sink.head(head);
  }

  #value(id: number, bytes: Uint8Array, within: boolean, sink: DemuxSink): string | undefined {
    switch (id) {
      case ID.DocType:
        return /^(webm|matroska)\0*$/.test(textOf(bytes)) ? undefined : 'neither WebM nor Matroska';
      case ID.TimestampScale:
        this.#time.ticksPerMs = 1_000_000 / readUint(bytes);
        return this.#time.ticksPerMs > 0 && this.#time.ticksPerMs <= 1_000_000
          ? undefined
          : 'a TimestampScale out of range';
      case ID.TrackNumber:
        this.#track.number = readUint(bytes);
        return undefined;
      case ID.TrackType:
        this.#track.type = readUint(bytes);
        return undefined;
      case ID.CodecID:
        this.#track.codec = textOf(bytes);
        return undefined;
      case ID.CodecPrivate:
        this.#track.head = readOpusHead(bytes);
        if (this.maxPictureBytes > 0) this.#track.setup = bytes.slice();
        return undefined;
      case ID.PixelWidth:
        this.#track.width = readUint(bytes);
        return undefined;
      case ID.PixelHeight:
        this.#track.height = readUint(bytes);
        return undefined;
      case ID.ContentEncodings:
        this.#track.encoded = true;
        return undefined;
      case ID.Timestamp:
        return this.#time.begin(readUint(bytes)) ? undefined : 'a Timestamp out of range';
      default:
        this.#block(bytes, within, sink);
        return undefined;
    }
  }

  /** A broken block costs itself: its element's size says where the next one is. */
  #block(bytes: Uint8Array, within: boolean, sink: DemuxSink): void {
    const block = readBlock(bytes);
    if (block === undefined) sink.corrupt();
    if (block === undefined || (block.track !== this.#audio && block.track !== this.#film)) return;
    if (!this.#time.reaches(block.time)) sink.corrupt();
    let timeMs = this.#time.of(block.time);
    if (block.track === this.#film) for (const frame of block.frames) sink.picture?.(frame, timeMs, within);
    if (block.track !== this.#audio) {
      if (this.#audio === undefined) this.#time.ended(timeMs); // of pictures alone, theirs
      return;
    }
    for (const frame of block.frames) {
      sink.packet(frame, timeMs, within);
      timeMs += (opusPacketSamples(frame) ?? 0) / OPUS_RATE_PER_MS;
    }
    this.#time.ended(timeMs);
  }

  /**
   * Bytes were lost: goes on at a header, at a cluster, or at a block of the track that another follows at once.
   * Steps over the rest.
   */
  #search(from: number): number {
    for (let at = from; at < this.#held; at += 1) {
      const id = this.#buffer[at]!;
      if (id !== 0x1a && (this.#headless || (id !== 0x1f && id !== 0xa3))) continue;
      if (this.#held - at < MAX_HEAD_BYTES) return at; // wait for the rest
      const head = readHead(this.#buffer, at, this.#held);
      if (typeof head === 'string') continue;
      const block = head.id === ID.SimpleBlock && this.#isOurs(at, head);
      if (head.id !== ID.EBML && head.id !== ID.Cluster && !block) continue;
      this.#searching = false;
      this.#open = [{ id: ID.Segment, left: Infinity }];
      if (block) this.#open.push({ id: ID.Cluster, left: Infinity });
      this.#time.goesOn(block ? 'block' : 'head');
      return at;
    }
    return this.#held;
  }

  #isOurs(at: number, { bytes, size }: ElementHead): boolean {
    const end = at + bytes + size;
    const track = this.#buffer[at + bytes]! - 0x80;
    if (size > this.#maxElementBytes || end > this.#held || (track !== this.#audio && track !== this.#film))
      return false;
    const next = this.#buffer[end];
    return next === undefined || end === this.#held || next === 0xa3 || next === 0xa0 || next === 0x1f;
  }
}

function filmHead({ codec = '', width = 0, height = 0, setup, encoded = false }: Track): FilmHead {
  return { codec, width, height, setup: setup ?? new Uint8Array(0), encoded };
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64));
}
