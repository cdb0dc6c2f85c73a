import type { GapLog } from './gap-log';
import type { HopBuilder } from './hop-builder';
import { ReleaseMarks } from './release-marks';
import type { Hop } from '../facts/stream-fact';
import type { StreamOptions } from './stream-options';

/** Whatever may have content for a hop. */
export interface HopContent {
  nextContentMs(fromMs: number): number;
  /** Hops up to `endMs` are out. */
  release(endMs: number): void;
}

/** Which hop is next, when the watermark passed it, how many are with the consumer. */
export class HopRelease {
  readonly #marks: ReleaseMarks;
  /** By their end, ms: the sound of a hop that waits is the consumer's. */
  readonly #inFlight = new Set<number>();
  #nextHop: number;

  constructor(
    private readonly options: Pick<StreamOptions, 'hopMs' | 'maxInFlightHops' | 'maxEmptyHops'>,
    private readonly builder: HopBuilder,
    private readonly content: readonly HopContent[],
    private readonly gaps: GapLog,
    firstHop = 0,
  ) {
    this.#marks = new ReleaseMarks(options.hopMs, firstHop);
    this.#nextHop = firstHop;
  }

  get hasRoom(): boolean {
    return this.#inFlight.size < this.options.maxInFlightHops;
  }

  /** The next hop, ms. */
  get nextStartMs(): number {
    return this.#nextHop * this.options.hopMs;
  }

  get nextEndMs(): number {
    return this.nextStartMs + this.options.hopMs;
  }

  /** Start of the first content behind what is released, media ms; Infinity: there is none. */
  get contentMs(): number {
    return Math.min(...this.content.map((content) => content.nextContentMs(this.nextStartMs)));
  }

  settle({ hopEndMs }: Pick<Hop, 'hopEndMs'>): boolean {
    return this.#inFlight.delete(hopEndMs);
  }

  /** Call whenever the watermark may have moved, room or not. */
  passed(watermarkMs: number, nowMs: number): void {
    this.#marks.passed(watermarkMs, nowMs);
  }

  /** The next hop, when the watermark has passed it and there is room. @param lastMs end of the last content, once known. */
  next(watermarkMs: number, lastMs: number, nowMs: number): Hop | undefined {
    const { hopMs, maxEmptyHops } = this.options;
    const ready = Math.min(Math.floor(watermarkMs / hopMs), Math.ceil(lastMs / hopMs));
    if (this.#nextHop < ready - maxEmptyHops) this.#skipEmpty(ready);
    if (this.#nextHop >= ready || !this.hasRoom) return undefined;
    const hop = this.builder.build(this.#nextHop, this.#marks.take(this.nextEndMs, nowMs));
    this.#releaseTo(this.#nextHop + 1);
    this.#inFlight.add(hop.hopEndMs);
    return hop;
  }

  clear(): void {
    this.#inFlight.clear();
  }

  #skipEmpty(ready: number): void {
    const { hopMs, maxEmptyHops } = this.options;
    const fromMs = this.#nextHop * hopMs;
    const contentMs = Math.min(...this.content.map((content) => content.nextContentMs(fromMs)));
    // The last one stays: it carries the announcement.
    const target = Math.min(Math.floor(contentMs / hopMs), ready - 1);
    if (target - this.#nextHop <= maxEmptyHops) return;
    this.gaps.note({ reason: 'no_media', fromMs, toMs: target * hopMs });
    this.#releaseTo(target);
  }

  #releaseTo(hop: number): void {
    this.#nextHop = hop;
    for (const content of this.content) content.release(hop * this.options.hopMs);
  }
}
