import type { VideoDecoderEvents } from './video-decoder';

/** Longest JPEG of at most 640 px, and the longest run of lines without an end. */
const MAX_STILL_BYTES = 4 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 4096;
/** Stills whose time came and whose picture did not, or the other way round. */
const MAX_WAITING = 16;
/** Inside the coded data 0xff is followed by 0 or a restart marker (ITU-T T.81, B.1.1.5): this is the end. */
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/**
 * What ffmpeg says, put together: its JPEGs, cut apart, each with the time of its line. The two come on ways of their
 * own, in any order to each other.
 */
export class StillReader {
  #jpeg: Buffer = Buffer.alloc(0);
  #searched = 0;
  #line = '';
  #lineMs: number | undefined;
  /** Every picture up to here is decoded, and whether it becomes a still is said. */
  #decidedMs = -Infinity;
  #lastStillMs = -Infinity;
  readonly #times: number[] = [];
  readonly #jpegs: Uint8Array[] = [];

  /** @param spacingMs a still is followed by no other sooner than this. */
  constructor(
    private readonly spacingMs: number,
    private readonly events: Pick<VideoDecoderEvents, 'decoded' | 'still'>,
  ) {}

  /** Bytes of JPEGs; what is wrong with them, if anything. */
  stills(chunk: Uint8Array): string | undefined {
    this.#jpeg = this.#jpeg.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#jpeg, chunk]);
    for (;;) {
      const end = this.#jpeg.indexOf(END_OF_IMAGE, this.#searched);
      if (end < 0) break;
      this.#jpegs.push(Uint8Array.from(this.#jpeg.subarray(0, end + 2)));
      this.#jpeg = this.#jpeg.subarray(end + 2);
      this.#searched = 0;
    }
    this.#searched = Math.max(0, this.#jpeg.length - 1);
    this.#match();
    if (this.#jpeg.length > MAX_STILL_BYTES) return `a still of more than ${MAX_STILL_BYTES} bytes`;
    return this.#jpegs.length > MAX_WAITING ? 'stills without a time' : undefined;
  }

  /**
   * Text of the log, two lines a picture: `frame:7    pts:1233    pts_time:1.233`, then `rapport=decoded`, or
   * `rapport=still` for one that becomes a still.
   */
  log(text: string): string | undefined {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) this.#read(line);
    this.#match();
    if (this.#line.length > MAX_LINE_CHARACTERS) return `a line of more than ${MAX_LINE_CHARACTERS} characters`;
    return this.#times.length > MAX_WAITING ? 'times without a still' : undefined;
  }

  #read(line: string): void {
    const time = /^frame:\d+\s+pts:(-?\d+)\s/.exec(line);
    if (time !== null) this.#lineMs = Number(time[1]);
    if (this.#lineMs === undefined) return;
    if (line === 'rapport=decoded') this.#onDecoded(this.#lineMs);
    if (line === 'rapport=still') this.#onStill(this.#lineMs);
  }

  /** Pictures before this one will bring no still that was not announced; this one may, where the last is far enough away. */
  #onDecoded(ptsMs: number): void {
    const mayBeStill = ptsMs - this.#lastStillMs >= this.spacingMs - 1;
    this.#decidedMs = Math.max(this.#decidedMs, mayBeStill ? ptsMs - 1 : ptsMs);
    this.#tell();
  }

  #onStill(ptsMs: number): void {
    this.#times.push(ptsMs);
    this.#lastStillMs = ptsMs;
    this.#decidedMs = Math.max(this.#decidedMs, ptsMs);
  }

  /** A picture whose still is on its way is not out. */
  #tell(): void {
    this.events.decoded(Math.min(this.#decidedMs, (this.#times[0] ?? Infinity) - 1));
  }

  #match(): void {
    while (this.#times.length > 0 && this.#jpegs.length > 0) {
      this.events.still(Math.max(0, this.#times.shift()!), this.#jpegs.shift()!);
      this.#tell();
    }
  }
}
