import type { LaneHost } from './lane';
import type { MediaTimeline } from './media-timeline';
import { SAMPLES_PER_MS, type StreamOptions } from './stream-options';

/** Why sound of a stretch is not there, as its gap says. */
export type VoiceGap = 'late' | 'hop_passed' | 'missing' | 'discontinuity' | 'voice_activity_failed';

export interface PlacementHost {
  readonly options: StreamOptions;
  readonly host: Pick<LaneHost, 'drop' | 'watermarkMs'>;
  readonly timeline: MediaTimeline;
  /** Media samples. */
  readonly gap: (reason: VoiceGap, from: number, to: number) => void;
}

/** Where a payload goes, media samples. */
export interface Placed {
  readonly media: number;
  readonly end: number;
}

/**
 * Where each payload of a voice stream belongs on the media clock: behind what came before it, or at its own stamp where
 * that is far off. All positions are media samples.
 */
export class VoicePlacement {
  /** Where the last payload was placed. */
  #placed: number | undefined;
  /** Of all sound so far. */
  #end = 0;
  #released = 0;
  /** Hops before this were of a process before this one. */
  #passed = 0;
  #discontinuity = false;
  #lost = false;

  constructor(private readonly deps: PlacementHost) {}

  get placedMs(): number | undefined {
    return this.#placed === undefined ? undefined : this.#placed / SAMPLES_PER_MS;
  }

  get endMs(): number {
    return this.#end / SAMPLES_PER_MS;
  }

  get released(): number {
    return this.#released;
  }

  get passed(): number {
    return this.#passed;
  }

  /** The next payload does not follow the last one, says its sender. */
  breaks(): void {
    this.#discontinuity = true;
  }

  /** Frames before the next payload are lost. */
  lost(): void {
    this.#lost = true;
  }

  release(endMs: number): void {
    this.#released = endMs * SAMPLES_PER_MS;
  }

  goOn(endMs: number): void {
    this.#passed = endMs * SAMPLES_PER_MS;
    this.release(endMs);
  }

  /**
   * Undefined: too late, and dropped.
   * @param head the ordinal that the payload gets. @param unheard samples of the stream that no released hop has.
   */
  place(ptsMs: number, samples: number, head: number, unheard: number): Placed | undefined {
    const { options, host, timeline, gap } = this.deps;
    const expected = timeline.mediaAt(head);
    const given = Math.round(ptsMs * SAMPLES_PER_MS);
    const step = expected === undefined ? 0 : given - expected;
    const near = !this.#discontinuity && !this.#lost && Math.abs(step) <= options.anchorToleranceMs * SAMPLES_PER_MS;
    const follows = expected !== undefined && (near || !this.#mayAnchor(step, unheard));
    const media = follows ? expected : given;
    const end = media + samples;
    this.#placed = media;
    const isAgain = media < this.#passed;
    if (!isAgain && host.watermarkMs - end / SAMPLES_PER_MS >= options.maxLateMs) {
      host.drop('late');
      gap('late', media, end);
      return undefined;
    }
    if (!follows) {
      const hard = this.#discontinuity || Math.abs(step) >= options.endpointMs * SAMPLES_PER_MS;
      timeline.anchor(head, media, hard);
      if (step > 0 && !this.#lost) gap(this.#discontinuity ? 'discontinuity' : 'missing', expected!, media);
    }
    this.#discontinuity = false;
    this.#lost = false;
    // Still heard for its words (a late final enters a later window), but the sound of its hop is out.
    if (media < this.#released && !isAgain) {
      host.drop('hop_passed');
      gap('hop_passed', media, Math.min(end, this.#released));
    }
    this.#end = Math.max(this.#end, end);
    return { media, end };
  }

  /** Too many or too deep jumps are not believed. */
  #mayAnchor(step: number, unheard: number): boolean {
    const { timeline, options } = this.deps;
    if (timeline.segmentCount >= options.maxSegments) return false;
    const overlap = unheard - Math.max(0, this.#end - this.#released);
    return step > 0 || overlap < options.maxOverlapMs * SAMPLES_PER_MS;
  }
}
