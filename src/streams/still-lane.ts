import type { StreamSpec } from '../facts/media-chunk';
import type { HopStill } from '../facts/stream-fact';
import { refuse, type Lane, type LaneHost, type MediaFault } from './lane';
import { readStillHeader, type StillType } from './still-header';
import { StillRhythm } from './still-rhythm';
import type { StreamOptions } from './stream-options';

/** One video stream of stills. Each is copied once, stays compressed, and waits for its hop. */
export class StillLane implements Lane {
  /** By time; at most `maxStillsPerHop` in one hop. */
  #stills: HopStill[] = [];
  #heldBytes = 0;
  #mediaMs = 0;
  readonly #rhythm: StillRhythm;
  #endMs = 0;
  #releasedMs = 0;
  /** Hops before this were of a process before this one. */
  #passedMs = 0;
  readonly pending = false;
  /** Stills wait for their hop. */
  readonly isIdle = true;
  readonly deadlineMs = Infinity;
  readonly needFromMs = Infinity;

  constructor(
    private readonly spec: StreamSpec,
    private readonly options: StreamOptions,
    private readonly host: LaneHost,
  ) {
    this.#rhythm = new StillRhythm(options.maxStillDistanceMs);
  }

  get mediaMs(): number {
    return this.#mediaMs;
  }

  get lastsUntilMs(): number {
    return this.#mediaMs + this.#rhythm.distanceMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  check(bytes: Uint8Array): MediaFault | undefined {
    const header = readStillHeader(bytes, this.spec.codec as StillType);
    if (!header.ok) return refuse('payload_invalid', `${this.spec.name}: ${header.reason}.`);
    const { maxStillPixels, maxStillSide } = this.options;
    if (header.width * header.height <= maxStillPixels && Math.max(header.width, header.height) <= maxStillSide) {
      return undefined;
    }
    const limit = `${maxStillPixels} pixels or a side of ${maxStillSide}`;
    return refuse('media_too_large', `A still of ${header.width} x ${header.height} px is over ${limit}.`);
  }

  accept(ptsMs: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#mediaMs = Math.max(this.#mediaMs, ptsMs);
    this.#rhythm.came(ptsMs);
    if (ptsMs < this.#passedMs) return;
    if (ptsMs < this.#releasedMs) {
      this.host.drop('late');
      this.host.gap({ streamName: this.spec.name, reason: 'late', fromMs: ptsMs, toMs: ptsMs });
      return;
    }
    if (this.#stills.length === this.options.maxPendingStills) {
      this.host.drop('still_backlog');
      return;
    }
    // A still is a moment: the hop that holds its ptsMs ends behind it.
    this.#endMs = Math.max(this.#endMs, ptsMs + 1 / 16);
    const { name, party } = this.spec;
    this.#insert({ streamName: name, party, ptsMs, still: new Uint8Array(bytes) });
  }

  lost(): void {}

  pause(fromMs: number): void {
    for (const { ptsMs, still } of this.#stills) if (ptsMs >= fromMs) still.fill(0);
    this.#stills = this.#stills.filter(({ ptsMs }) => ptsMs < fromMs);
    this.#heldBytes = this.#stills.reduce((sum, { still }) => sum + still.length, 0);
  }

  end(): void {}

  pump(): void {}

  /** The stills of [startMs, endMs). */
  stillsIn(startMs: number, endMs: number): HopStill[] {
    return this.#stills.filter((still) => still.ptsMs >= startMs && still.ptsMs < endMs);
  }

  nextContentMs(fromMs: number): number {
    return this.#stills.find((still) => still.ptsMs >= fromMs)?.ptsMs ?? Infinity;
  }

  release(endMs: number): void {
    this.#releasedMs = endMs;
    let out = 0;
    while (out < this.#stills.length && this.#stills[out]!.ptsMs < endMs) {
      this.#heldBytes -= this.#stills[out]!.still.length;
      out += 1;
    }
    if (out > 0) this.#stills.splice(0, out);
  }

  goOn(endMs: number): void {
    this.#passedMs = endMs;
    this.release(endMs);
  }

  dispose(): void {
    this.#stills = [];
  }

  #insert(still: HopStill): void {
    let at = this.#stills.length;
    while (at > 0 && this.#stills[at - 1]!.ptsMs > still.ptsMs) at -= 1;
    this.#stills.splice(at, 0, still);
    this.#heldBytes += still.still.length;
    this.#thin(Math.floor(still.ptsMs / this.options.hopMs) * this.options.hopMs);
  }

  /** Over the limit of a hop, the still whose neighbours are nearest goes, never the newest. */
  #thin(hopStartMs: number): void {
    const first = this.#stills.findIndex((still) => still.ptsMs >= hopStartMs);
    const behind = this.#stills.findIndex((still) => still.ptsMs >= hopStartMs + this.options.hopMs);
    const end = behind === -1 ? this.#stills.length : behind;
    if (end - first <= this.options.maxStillsPerHop) return;
    let worst = first;
    let worstMs = Infinity;
    for (let i = first; i < end - 1; i += 1) {
      const beforeMs = i === first ? hopStartMs : this.#stills[i - 1]!.ptsMs;
      const spreadMs = this.#stills[i + 1]!.ptsMs - beforeMs;
      if (spreadMs < worstMs) [worst, worstMs] = [i, spreadMs];
    }
    const [gone] = this.#stills.splice(worst, 1);
    this.#heldBytes -= gone!.still.length;
    this.host.drop('still_rate');
  }
}
