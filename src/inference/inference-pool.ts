import type { Modality, ModelRef } from '@rapport-live/protocol';
import type { RungNotTaken } from './provider';
import type { ResultKey } from '../facts/session-trace';

/**
 * The seam between the pipeline and the models. Jobs are plain data, since they cross a thread.
 * Implementations: `WorkerPool` (ONNX Runtime in worker threads) and `ScriptedPool` (tests).
 */
export const INFERENCE_POOL = Symbol('InferencePool');

/** Most urgent first. A voice-activity job is small and everything waits for it, fusion too and it ends a window; see `scheduling.ts`. */
export const JOB_CLASSES = ['voice-activity', 'fusion', 'assessment', 'final', 'partial'] as const;
export type JobClass = (typeof JOB_CLASSES)[number];

export interface Jobs {
  /** Speech probability of consecutive 512-sample frames at 16 kHz of one stream (Silero). The state travels with the job. */
  'voice-activity': {
    input: { samples: Float32Array; state: VoiceActivityState };
    output: { probabilities: Float32Array; state: VoiceActivityState };
  };
  /** Emotion tokens of up to 4 s of speech: one per 200 ms. `pcm` length is a multiple of 320, at most 64,000. */
  'voice-tokens': {
    input: { pcm: Int16Array };
    output: { tokens: Float32Array; width: number; tokenMs: number };
  };
  /** The words of one utterance of at most 15.5 s. Runs in steps. Without a language that it knows, the model tells it. */
  transcript: {
    input: { pcm: Int16Array; language?: string };
    /**
     * `text` is raw: wrap it in RawText at once, with the places of its words. `meanProbability` over the tokens, and
     * `noSpeechProbability`, in [0, 1]. `spoken` only where the model told the language itself.
     */
    output: {
      text: string;
      words?: readonly SpokenWord[];
      meanProbability: number;
      noSpeechProbability?: number;
      truncated: boolean;
      spoken?: SpokenLanguage;
    };
  };
  /**
   * Faces of one still, largest first; `refused` when it cannot be decoded within the limits. Features are computed of one
   * face: of the one at `customer` (a box of the same stream, a moment ago), of nobody when none is there; without it, of
   * the largest.
   */
  'face-tokens': {
    input: { still: Uint8Array; customer?: FaceBox };
    output: { faces: readonly Face[]; refused?: string };
  };
  /** All token states (for fusion) and the sentence embedding (for intent), text of at most 64 tokens after truncation. */
  'text-tokens': {
    input: { text: string };
    output: { tokens: Float32Array; width: number; embedding: Float32Array };
  };
  /** One fused window, evaluated once for each subset of its modalities. Tokens are [n, width], at least one row each when named. */
  fusion: {
    input: {
      voice?: Float32Array;
      face?: Float32Array;
      text?: Float32Array;
      /** Each is evaluated as one row of a batch; the first is the full set. */
      subsets: readonly (readonly Modality[])[];
    };
    /** logits [subsets, 7] in the order of the fusion manifest's labels; embedding [128] of the first subset. */
    output: { logits: Float32Array; labels: readonly string[]; embedding: Float32Array };
  };
}

/** Where one word of a transcript stands, in its text and in the sound. */
export interface SpokenWord {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** From the start of the sound. */
  readonly startMs: number;
  readonly endMs: number;
  /** Mean of its tokens, in [0, 1]. */
  readonly probability: number;
}

/** The language of one utterance, in the words of the model's manifest. */
export interface SpokenLanguage {
  readonly language: string;
  /** Among all the languages that the model knows, in [0, 1]. */
  readonly probability: number;
}

export type JobKind = keyof Jobs;
export type JobInput<K extends JobKind> = Jobs[K]['input'];
export type JobOutput<K extends JobKind> = Jobs[K]['output'];

export interface VoiceActivityState {
  /** [2, 1, 128], zeros at the start of a stream. */
  readonly recurrent: Float32Array;
  /** The last 64 samples of the frame before, zeros at the start. */
  readonly context: Float32Array;
  /** Frames without speech so far; absent at the start. */
  readonly silentChunks?: number;
}

/** x, y, width, height in shares of the still's size. */
export type FaceBox = readonly [number, number, number, number];

export interface Face {
  /** Detector score in [0, 1]. */
  readonly score: number;
  readonly box: FaceBox;
  /** Expression features, [width]; empty for all but one. */
  readonly features: Float32Array;
}

export interface JobOptions {
  readonly sessionId: string;
  readonly jobClass: JobClass;
  /** The result that the job works for, told to traces. */
  readonly resultKey?: ResultKey;
  /** Wall ms from the submission within which it must begin, else it is dropped; absent: it waits as long as it takes. */
  readonly startWithinMs?: number;
}

export interface JobResult<K extends JobKind> {
  readonly output: JobOutput<K>;
  /** Submit to start in a worker, ms; for a job in steps also from the end of a step to the start of the next. */
  readonly waitMs: number;
  /** Inside pre-processing, models and post-processing, all steps, ms. */
  readonly modelMs: number;
}

export interface InferencePool {
  /**
   * The input is not copied until a worker gets it: from here on nobody changes it.
   * Rejects with RapportError: `inference_failed`, `overloaded` when the bounded queue is full, `deadline_passed`, or
   * `job_quarantined`.
   */
  submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>>;
  /**
   * Nobody wants the jobs of this session any more: those that wait reject with `inference_failed`, and their input is let
   * go; one that runs ends its step, and what comes of it goes nowhere. Absent where nothing waits.
   */
  drop?(sessionId: string): void;
  /** The models that serve, for results and readiness. */
  readonly models: readonly ServedModel[];
  /** Workers that can take jobs now: 0 means not ready. */
  readonly liveWorkers: number;
  /** Jobs that wait for a worker, and the bytes of their input; absent where nothing waits. */
  readonly queuedJobs?: number;
  readonly queuedBytes?: number;
  /** How full the queue is, by jobs or bytes, whichever is more: at 1 it refuses. Absent where nothing waits. */
  readonly queueShare?: number;
  /** Names of the jobs that are not run any more, since they ended the process twice. */
  readonly quarantined?: readonly string[];
  close(): Promise<void>;
}

/** What one session sees of it. */
export type SessionPool = Pick<InferencePool, 'submit' | 'models'>;

export interface ServedModel extends ModelRef {
  readonly task: string;
  /** Execution provider in use; `webgpu+cpu` where workers differ. */
  readonly provider: string;
  /** Why each better one is not; absent where there is no choice. */
  readonly notTaken?: readonly RungNotTaken[];
  readonly languages: readonly string[];
}
