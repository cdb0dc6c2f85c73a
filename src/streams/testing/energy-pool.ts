import { RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobOutput,
  JobResult,
} from '../../inference/inference-pool';
import { FRAME_SAMPLES } from '../stream-options';

/** Voice activity by loudness: 0.9 above an RMS of 0.03, else 0.02. The state counts frames, so a lost one shows. */
export class EnergyPool implements InferencePool {
  readonly models = [];
  readonly liveWorkers = 1;
  /** Frames of each job, in order. */
  readonly jobs: number[] = [];
  /** Frames scored since the state was last fresh. */
  framesInState = 0;
  /** Jobs to refuse from now on. */
  failures = 0;
  /** Jobs get no answer until `answerAll`. */
  holding = false;
  readonly #held: (() => void)[] = [];

  submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    if (kind !== 'voice-activity' || options.jobClass !== 'voice-activity') throw new Error(`unexpected job ${kind}`);
    const output = this.#score(input as JobInput<'voice-activity'>) as JobOutput<K>;
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new RapportError('overloaded', 'scripted'));
    }
    const result = { output, waitMs: 0, modelMs: 0 };
    if (!this.holding) return Promise.resolve(result);
    return new Promise((resolve) => this.#held.push(() => resolve(result)));
  }

  answerAll(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #score({ samples, state }: JobInput<'voice-activity'>): JobOutput<'voice-activity'> {
    const frames = samples.length / FRAME_SAMPLES;
    if (!Number.isInteger(frames) || frames === 0) throw new Error(`${samples.length} samples are no whole frames`);
    this.jobs.push(frames);
    const probabilities = new Float32Array(frames);
    for (let frame = 0; frame < frames; frame += 1) {
      let energy = 0;
      for (let i = 0; i < FRAME_SAMPLES; i += 1) energy += samples[frame * FRAME_SAMPLES + i]! ** 2;
      probabilities[frame] = Math.sqrt(energy / FRAME_SAMPLES) > 0.03 ? 0.9 : 0.02;
    }
    const recurrent = state.recurrent.slice();
    recurrent[0] = recurrent[0]! + frames;
    this.framesInState = recurrent[0];
    return { probabilities, state: { recurrent, context: samples.slice(-64) } };
  }
}
