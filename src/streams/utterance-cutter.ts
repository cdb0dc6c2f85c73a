import { FRAME_SAMPLES, SAMPLES_PER_MS, type StreamOptions } from './stream-options';
import type { VoicePhase } from './voice-activity';

/** Ordinals [start, end) of one stream. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  /** From the first to the last speech in it. */
  readonly speech: number;
}

/** What of it lies before an ordinal. */
export function cutAt({ start, end, speech }: Cut, ordinal: number): Cut | undefined {
  if (start >= ordinal) return undefined;
  return { start, end: Math.min(end, ordinal), speech: Math.min(speech, ordinal - start) };
}

type CutterOptions = Pick<StreamOptions, 'preRollMs' | 'postRollMs' | 'endpointMs' | 'maxUtteranceMs' | 'cutSearchMs'>;

/**
 * Frames to utterances, in stream order, in ordinals (see `PcmRing`). Utterances never overlap; the halves of a too
 * long one touch. Pauses shorter than the endpoint stay inside, or a recogniser hears words run into each other.
 */
export class UtteranceCutter {
  readonly #preRoll: number;
  readonly #postRoll: number;
  readonly #endpoint: number;
  readonly #longest: number;
  /** Probabilities of the last frames, oldest first; frame i ends at `#recentEnd - (n - 1 - i) * FRAME_SAMPLES`. */
  readonly #recent: number[] = [];
  readonly #recentMax: number;
  /** No utterance starts before this. */
  #floor = 0;
  #candidate: number | undefined;
  #start: number | undefined;
  #speechStart = 0;
  #speechEnd = 0;

  constructor(options: CutterOptions) {
    this.#preRoll = options.preRollMs * SAMPLES_PER_MS;
    this.#postRoll = options.postRollMs * SAMPLES_PER_MS;
    this.#endpoint = options.endpointMs * SAMPLES_PER_MS;
    this.#longest = options.maxUtteranceMs * SAMPLES_PER_MS;
    this.#recentMax = Math.max(1, Math.floor((options.cutSearchMs * SAMPLES_PER_MS) / FRAME_SAMPLES));
  }

  get open(): boolean {
    return this.#start !== undefined;
  }

  /** Where the open utterance starts. */
  get openFrom(): number | undefined {
    return this.#start;
  }

  /** Start of the run that may still become speech. */
  get candidateStart(): number | undefined {
    return this.#candidate;
  }

  /** No utterance is closed by a frame that ends before this ordinal, when the next one starts at `cursor`. */
  closesFrom(cursor: number): number {
    if (this.#start === undefined) return cursor + this.#endpoint;
    return Math.min(this.#speechEnd + this.#endpoint, this.#start + this.#longest - FRAME_SAMPLES);
  }

  /** Sound before this ordinal is in utterances, or in none. */
  get floor(): number {
    return this.#start ?? this.#floor;
  }

  /** Nothing before this ordinal will be cut any more, when the next frame starts at `cursor`. */
  keepFrom(cursor: number): number {
    return this.#start ?? Math.max(this.#floor, (this.#candidate ?? cursor) - this.#preRoll);
  }

  /** One frame, [start, end); returns the utterance that it closes. */
  next(start: number, end: number, probability: number, phase: VoicePhase): Cut | undefined {
    this.#remember(probability);
    if (phase === 'candidate') this.#candidate ??= start;
    if (phase === 'speech') {
      if (this.#start === undefined) {
        this.#speechStart = this.#candidate ?? start;
        this.#start = Math.max(this.#floor, this.#speechStart - this.#preRoll);
      }
      this.#speechEnd = end;
    }
    if (phase !== 'candidate') this.#candidate = undefined;
    if (this.#start === undefined) return undefined;
    if (phase === 'silence' && end - this.#speechEnd >= this.#endpoint) return this.close(end);
    return end + FRAME_SAMPLES - this.#start > this.#longest ? this.#split(end) : undefined;
  }

  /** Closes what is open; `head` is the end of the frames seen. */
  close(head: number): Cut | undefined {
    const start = this.#start;
    this.#start = undefined;
    if (start === undefined) return undefined;
    this.#floor = Math.max(this.#floor, Math.min(head, this.#speechEnd + this.#postRoll));
    if (this.#floor <= start) return undefined; // its speech was all before a clip
    return { start, end: this.#floor, speech: this.#speechUntil(this.#floor) };
  }

  /** Sound before `ordinal` was cut by another: what is open goes on from there. */
  clip(ordinal: number): void {
    this.#floor = Math.max(this.#floor, ordinal);
    if (this.#start === undefined || this.#start >= ordinal) return;
    this.#start = ordinal;
    this.#speechStart = Math.max(this.#speechStart, ordinal);
  }

  /** A hard break: nothing from before `ordinal` belongs to what follows. Close first. */
  restart(ordinal: number): void {
    this.#floor = ordinal;
    this.#candidate = undefined;
    this.#recent.length = 0;
  }

  /** Cuts in the middle of the least likely frame of the last part (of equals, the latest) and goes on behind the cut. */
  #split(end: number): Cut {
    const start = this.#start!;
    let least = this.#recent.length - 1;
    for (let i = least - 1; i >= 0; i -= 1) if (this.#recent[i]! < this.#recent[least]!) least = i;
    const cut = Math.max(start + 1, end - (this.#recent.length - 1 - least) * FRAME_SAMPLES - FRAME_SAMPLES / 2);
    const speech = this.#speechUntil(cut);
    this.#floor = cut;
    this.#start = this.#speechEnd > cut ? cut : undefined;
    this.#speechStart = cut;
    return { start, end: cut, speech };
  }

  #speechUntil(end: number): number {
    return Math.max(0, Math.min(end, this.#speechEnd) - this.#speechStart);
  }

  #remember(probability: number): void {
    if (this.#recent.length === this.#recentMax) this.#recent.shift();
    this.#recent.push(probability);
  }
}
