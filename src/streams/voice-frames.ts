import type { SessionPool } from '../inference/inference-pool';
import { FrameScorer, type Scores } from './frame-scorer';
import { LevelGate } from './level-gate';
import type { MediaTimeline } from './media-timeline';
import type { PcmRing } from './pcm-ring';
import type { SessionClock } from './session-clock';
import { FRAME_SAMPLES, type StreamOptions } from './stream-options';

export interface ScoredFrame {
  /** 512, or fewer in front of a hard start or the end. */
  readonly samples: number;
  readonly probability: number;
}

export interface VoiceFramesDeps {
  readonly sessionId: string;
  readonly pool: SessionPool;
  readonly clock: SessionClock;
  readonly options: StreamOptions;
  readonly ring: PcmRing;
  readonly timeline: MediaTimeline;
  /** Scores came, or a retry is due. */
  readonly wake: () => void;
  /** Ordinals [from, to) could not be scored and count as silence. */
  readonly failed: (from: number, to: number) => void;
  /** Samples before the first frame. */
  readonly skipSamples: number;
  /** Nothing may come of frames that end before this ordinal: they wait for a fuller batch. */
  readonly dueFrom: () => number;
}

/** The ring as frames with their speech probability, one after the other: quiet ones at once, the others by batches. */
export class VoiceFrames {
  readonly #gate: LevelGate;
  readonly #scorer: FrameScorer;
  /** Ordinal of the next frame. */
  #cursor: number;
  /** Frames from the cursor on that go into the next job; a quiet one may follow them. */
  #batch = { frames: 0, end: 0, quietBehind: false };
  #scores: Scores | undefined;
  #scoresUsed = 0;
  #ended = false;

  constructor(private readonly deps: VoiceFramesDeps) {
    const { sessionId, pool, clock, options, ring, wake } = deps;
    this.#cursor = deps.skipSamples;
    this.#gate = new LevelGate(options);
    const read = (from: number, frames: number) => {
      const samples = new Float32Array(frames * FRAME_SAMPLES);
      ring.copyFloat(from, this.#batch.end - from, samples, 0);
      return samples;
    };
    this.#scorer = new FrameScorer(sessionId, pool, clock, options, read, wake);
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** A job is in flight: there is no next frame before it is back. */
  get busy(): boolean {
    return this.#scorer.busy;
  }

  get pending(): boolean {
    return this.#scorer.busy || this.#scores !== undefined || this.#frameAt(this.#cursor) > 0;
  }

  get deadlineMs(): number {
    return this.#scorer.deadlineMs;
  }

  /** Nothing can be made of what comes before this ordinal; Infinity: not before the job in flight is back. */
  get workFrom(): number {
    if (this.#scorer.busy) return Infinity;
    return this.deps.timeline.nextHardStart(this.#cursor) === Infinity ? this.#wantedEnd() : 0;
  }

  tick(nowMs: number): void {
    this.#scorer.tick(nowMs);
  }

  /** The next frame, behind which the cursor then stands; undefined when one must wait for it. `flush`: send all that is there. */
  next(flush: boolean): ScoredFrame | undefined {
    if (this.#scorer.busy) return undefined;
    this.#takeScores();
    if (this.#scores !== undefined) return this.#fromScores(this.#scores);
    this.#gather();
    const batch = this.#batch;
    if (batch.frames > 0) {
      if (!flush && this.#waits()) return undefined;
      this.#scorer.start(this.#cursor, batch.frames);
      return undefined;
    }
    if (!batch.quietBehind) return undefined;
    batch.quietBehind = false;
    this.#scorer.reset();
    return this.#advance(this.#frameAt(this.#cursor), 0);
  }

  /** The next frame does not follow the last. */
  reset(): void {
    this.#gate.reset();
    this.#scorer.reset();
  }

  /** Nothing in work counts: what the ring has from the cursor on is looked at anew. */
  forget(): void {
    this.#scorer.abandon();
    this.#scores = undefined;
    this.#batch = { frames: 0, end: this.#cursor, quietBehind: false };
  }

  /** A short last frame counts from now on. */
  end(): void {
    this.#ended = true;
  }

  dispose(): void {
    this.#scorer.dispose();
  }

  /** Fills the batch. Each frame passes the gate once, in order, whatever the batches are. */
  #gather(): void {
    const batch = this.#batch;
    if (batch.frames === 0) batch.end = this.#cursor;
    while (!batch.quietBehind && batch.frames < this.deps.options.maxBatchFrames) {
      if (batch.frames > 0 && this.deps.timeline.startsHard(batch.end)) return;
      const samples = this.#frameAt(batch.end);
      if (samples === 0) return;
      batch.quietBehind = this.#gate.skips(this.deps.ring.energy(batch.end, samples), samples);
      if (batch.quietBehind) return;
      batch.frames += 1;
      batch.end += samples;
    }
  }

  /** For more of the same stretch: each job wakes two threads, whatever it holds. */
  #waits(): boolean {
    const { end, quietBehind } = this.#batch;
    if (quietBehind || this.deps.timeline.nextHardStart(this.#cursor) !== Infinity) return false;
    return end < this.#wantedEnd();
  }

  /** Where the next batch ends: behind what something may come of, within the bounds of a batch. */
  #wantedEnd(): number {
    const { minBatchFrames, maxBatchFrames } = this.deps.options;
    const least = this.#cursor + minBatchFrames * FRAME_SAMPLES;
    return Math.min(this.#cursor + maxBatchFrames * FRAME_SAMPLES, Math.max(least, this.deps.dueFrom()));
  }

  /** Samples of the frame at `at`; 0 when it has not all arrived. */
  #frameAt(at: number): number {
    const { ring, timeline } = this.deps;
    const hardStart = timeline.nextHardStart(at);
    const samples = Math.max(0, Math.min(FRAME_SAMPLES, Math.min(hardStart, ring.head) - at));
    return samples === FRAME_SAMPLES || hardStart <= ring.head || this.#ended ? samples : 0;
  }

  #takeScores(): void {
    const scores = this.#scorer.take();
    if (scores === undefined) return;
    this.#scores = scores;
    this.#scoresUsed = 0;
    if (scores.failed) this.deps.failed(this.#cursor, this.#batch.end);
  }

  #fromScores(scores: Scores): ScoredFrame {
    const probability = scores.probabilities[this.#scoresUsed]!;
    this.#scoresUsed += 1;
    const frame = this.#advance(Math.min(FRAME_SAMPLES, this.#batch.end - this.#cursor), probability);
    if (this.#scoresUsed === scores.probabilities.length) {
      this.#scores = undefined;
      this.#batch.frames = 0;
    }
    return frame;
  }

  #advance(samples: number, probability: number): ScoredFrame {
    this.#cursor += samples;
    return { samples, probability };
  }
}
