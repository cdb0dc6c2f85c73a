import type { SessionPool, VoiceActivityState } from '../inference/inference-pool';
import type { SessionClock } from './session-clock';
import type { StreamOptions } from './stream-options';

export interface Scores {
  /** One for each frame. */
  readonly probabilities: Float32Array;
  /** The job failed twice: the probabilities are 0 for want of better. */
  readonly failed: boolean;
}

/** Reads `frames` frames from an ordinal on, a short last one padded with zeros: [frames * 512], -1 to 1. */
export type FrameReader = (from: number, frames: number) => Float32Array<ArrayBuffer>;

/** Voice-activity jobs of one stream: one in flight, state carried from job to job, one retry, never stuck. */
export class FrameScorer {
  /** Undefined: that of a new stream. */
  #state: VoiceActivityState | undefined;
  #job: { from: number; frames: number; attempt: number; id: number } | undefined;
  #lastId = 0;
  #retry = false;
  #deadlineMs = Infinity;
  #scores: Scores | undefined;
  #disposed = false;

  constructor(
    private readonly sessionId: string,
    private readonly pool: SessionPool,
    private readonly clock: SessionClock,
    private readonly options: Pick<StreamOptions, 'voiceActivityRetryMs' | 'voiceActivityTimeoutMs'>,
    private readonly read: FrameReader,
    private readonly wake: () => void,
  ) {}

  get busy(): boolean {
    return this.#job !== undefined;
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** What comes next does not follow what was scored last. */
  reset(): void {
    this.#state = undefined;
  }

  start(from: number, frames: number): void {
    if (!this.#disposed) this.#submit(from, frames, 0);
  }

  /** The scores of the last job, once. */
  take(): Scores | undefined {
    const scores = this.#scores;
    this.#scores = undefined;
    return scores;
  }

  /** Retries and gives up by the clock. */
  tick(nowMs: number): void {
    if (this.#job === undefined || nowMs < this.#deadlineMs) return;
    const { from, frames, attempt } = this.#job;
    if (this.#retry) this.#submit(from, frames, attempt + 1);
    else this.#fail(nowMs);
  }

  /** What is in flight is not waited for. */
  abandon(): void {
    this.#job = undefined;
    this.#scores = undefined;
    this.#retry = false;
    this.#deadlineMs = Infinity;
  }

  dispose(): void {
    this.#disposed = true;
    this.#job = undefined;
    this.#deadlineMs = Infinity;
  }

  #submit(from: number, frames: number, attempt: number): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#job = { from, frames, attempt, id };
    this.#retry = false;
    this.#deadlineMs = this.clock.nowMs() + this.options.voiceActivityTimeoutMs;
    const samples = this.read(from, frames);
    void this.#run(samples, frames).then((scored) => {
      if (this.#disposed || this.#job?.id !== id || this.#retry) return;
      if (scored === undefined) this.#fail(this.clock.nowMs());
      else {
        this.#state = scored.state;
        this.#finish({ probabilities: scored.probabilities, failed: false });
      }
      this.wake();
    });
  }

  /** Undefined: refused or failed, by whatever the pool throws. */
  async #run(samples: Float32Array<ArrayBuffer>, frames: number) {
    try {
      const { output } = await this.pool.submit(
        'voice-activity',
        { samples, state: this.#state ?? freshState() },
        { sessionId: this.sessionId, jobClass: 'voice-activity', startWithinMs: this.options.voiceActivityTimeoutMs },
      );
      return output.probabilities.length === frames ? output : undefined;
    } catch {
      return undefined;
    }
  }

  #fail(nowMs: number): void {
    if (this.#job!.attempt === 0) {
      this.#retry = true;
      this.#deadlineMs = nowMs + this.options.voiceActivityRetryMs;
      return;
    }
    this.reset();
    this.#finish({ probabilities: new Float32Array(this.#job!.frames), failed: true });
  }

  #finish(scores: Scores): void {
    this.#job = undefined;
    this.#deadlineMs = Infinity;
    this.#scores = scores;
  }
}

function freshState(): VoiceActivityState {
  return { recurrent: new Float32Array(2 * 128), context: new Float32Array(64) };
}
