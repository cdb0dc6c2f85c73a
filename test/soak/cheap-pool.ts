import { EMOTIONS } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOutput,
  JobResult,
  ServedModel,
} from '../../src/inference/inference-pool';

const FRAME_SAMPLES = 512;
const TOKEN_SAMPLES = 3200; // 200 ms at 16 kHz

/**
 * Encoders that cost nearly nothing, for hours of simulated talk: outputs of the real shapes, new ones for each job, so
 * that whoever keeps them shows. Speech is a frame whose first sample is not small.
 */
export class CheapPool implements InferencePool {
  readonly liveWorkers = 1;
  readonly models: readonly ServedModel[] = ['speech', 'text', 'face-detection', 'expression', 'fusion'].map(
    (task) => ({ name: `cheap-${task}`, version: '1.0.0', task, provider: 'scripted', languages: ['*'] }),
  );
  /** Jobs so far, by kind. */
  readonly counts: Partial<Record<JobKind, number>> = {};
  private words = 0;

  async submit<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobResult<K>> {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const output = (this.scripts[kind] as (input: JobInput<K>) => JobOutput<K>)(input);
    return { output, waitMs: 0, modelMs: 0 };
  }

  async close(): Promise<void> {}

  private readonly scripts: { readonly [K in JobKind]: (input: JobInput<K>) => JobOutput<K> } = {
    'voice-activity': ({ samples, state }) => {
      const probabilities = new Float32Array(samples.length / FRAME_SAMPLES);
      for (let frame = 0; frame < probabilities.length; frame += 1) {
        probabilities[frame] = Math.abs(samples[frame * FRAME_SAMPLES]!) > 0.01 ? 0.95 : 0.02;
      }
      return { probabilities, state: { recurrent: state.recurrent.slice(), context: samples.slice(-64) } };
    },
    'voice-tokens': ({ pcm }) => {
      const count = Math.max(1, Math.floor(pcm.length / TOKEN_SAMPLES));
      return { tokens: new Float32Array(count * 512).fill(pcm[0]! / 32768), width: 512, tokenMs: 200 };
    },
    transcript: () => {
      this.words += 1;
      return { text: `I want number ${this.words % 97} refunded please`, meanProbability: 0.9, truncated: false };
    },
    'face-tokens': ({ still }) => {
      const features = new Float32Array(192).fill((still.at(-1) ?? 0) / 255);
      return { faces: [{ score: 0.9, box: [0.2, 0.2, 0.5, 0.5], features }] };
    },
    'text-tokens': ({ text }) => {
      const embedding = new Float32Array(384);
      embedding[text.length % 384] = 1;
      return { tokens: new Float32Array(8 * 384).fill(0.1), width: 384, embedding };
    },
    fusion: ({ subsets }) => {
      const logits = new Float32Array(subsets.length * EMOTIONS.length);
      subsets.forEach((subset, row) => (logits[row * EMOTIONS.length + subset.length] = 2));
      return { logits, labels: EMOTIONS, embedding: new Float32Array(128).fill(0.05) };
    },
  };
}
