import { EMOTIONS, type Modality, RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobOutput,
  JobResult,
  Jobs,
  ServedModel,
  SpokenWord,
} from '../inference/inference-pool';
import { deadlinePassed } from '../inference/job-deadlines';

export interface ScriptedPoolOptions {
  /** Words of each transcript by its input, or in the order of submission. Default (also past the list's end): `words N`, N = seconds of PCM. */
  readonly transcripts?: readonly string[] | ((input: JobInput<'transcript'>) => string);
  /** The job rejects with what this returns. */
  readonly fail?: (kind: JobKind, input: JobInput<JobKind>, options: JobOptions) => Error | undefined;
  /** Time each job of a kind takes by `sleep`, ms. Default 0: results come in a microtask. */
  readonly latencyMs?: Partial<Readonly<Record<JobKind, number>>>;
  /** How latency passes: real time by default, a test's own clock otherwise. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Inference without models, for tests and demonstrations of the pipeline: the same input gives the same output, other
 * input gives other output, and the shapes are those of the real models. It says nothing true about anybody.
 */
export class ScriptedPool implements InferencePool {
  readonly liveWorkers = 1;
  readonly models: readonly ServedModel[] = [
    'voice-activity',
    'speech',
    'text',
    'face-detection',
    'expression',
    'fusion',
  ].map((task) => ({ name: `scripted-${task}`, version: '1.0.0', task, provider: 'scripted', languages: ['*'] }));
  /** Jobs submitted so far, by kind. */
  readonly submitted: Partial<Record<JobKind, number>> = {};
  private closed = false;
  private transcripts = 0;

  constructor(private readonly options: ScriptedPoolOptions = {}) {}

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    if (this.closed) throw new RapportError('inference_failed', 'the inference pool is closed');
    if (options.startWithinMs !== undefined && options.startWithinMs <= 0) throw deadlinePassed(kind, options);
    this.submitted[kind] = (this.submitted[kind] ?? 0) + 1;
    const failure = this.options.fail?.(kind, input, options);
    if (failure) throw failure;
    const run = this.scripts[kind] as (input: JobInput<K>) => JobOutput<K>;
    let output: JobOutput<K>;
    try {
      output = run(input);
    } catch (cause) {
      throw new RapportError('inference_failed', `${kind}: ${(cause as Error).message}`, { cause });
    }
    const latencyMs = this.options.latencyMs?.[kind] ?? 0;
    if (latencyMs > 0) await (this.options.sleep ?? realSleep)(latencyMs);
    return { output, waitMs: 0, modelMs: latencyMs };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private readonly scripts: { readonly [K in JobKind]: (input: Jobs[K]['input']) => Jobs[K]['output'] } = {
    'voice-activity': scriptedVoiceActivity,
    'voice-tokens': scriptedVoiceTokens,
    transcript: (input) => this.scriptedTranscript(input),
    'face-tokens': scriptedFace,
    'text-tokens': scriptedText,
    fusion: scriptedFusion,
  };

  private scriptedTranscript(input: JobInput<'transcript'>): JobOutput<'transcript'> {
    const { transcripts } = this.options;
    const scripted = typeof transcripts === 'function' ? transcripts(input) : transcripts?.[this.transcripts++];
    const text = scripted ?? `words ${Math.round(input.pcm.length / SAMPLE_RATE_HZ)}`;
    return { text, words: evenly(text, input.pcm.length), meanProbability: text === '' ? 0 : 0.9, truncated: false };
  }
}

const SAMPLE_RATE_HZ = 16_000;
const CHUNK_SAMPLES = 512;
const CONTEXT_SAMPLES = 64;
const SPEECH_RMS = 10 ** (-45 / 20);
const WIDTHS: Readonly<Record<Modality, number>> = { voice: 2048, face: 192, text: 384 };
const EMBEDDING_WIDTH = 128;
const TOKEN_MS = 200;
const TOKEN_SAMPLES = (TOKEN_MS * SAMPLE_RATE_HZ) / 1000;
const MAX_TEXT_TOKENS = 64;
/** JPEG, PNG, WebP. */
const STILL_STARTS = [
  [0xff, 0xd8],
  [0x89, 0x50],
  [0x52, 0x49],
] as const;

/** Speech is what is louder than -45 dBFS. */
function scriptedVoiceActivity({ samples, state }: JobInput<'voice-activity'>): JobOutput<'voice-activity'> {
  if (samples.length % CHUNK_SAMPLES !== 0) throw new RangeError(`${samples.length} samples are no whole chunks`);
  const probabilities = Float32Array.from({ length: samples.length / CHUNK_SAMPLES }, (_, chunk) => {
    let sum = 0;
    for (const sample of samples.subarray(chunk * CHUNK_SAMPLES, (chunk + 1) * CHUNK_SAMPLES)) sum += sample * sample;
    return Math.sqrt(sum / CHUNK_SAMPLES) > SPEECH_RMS ? 0.95 : 0.02;
  });
  const context = samples.length === 0 ? state.context : samples.slice(samples.length - CONTEXT_SAMPLES);
  return { probabilities, state: { recurrent: state.recurrent, context } };
}

/** Eight crude bands: the energy of the difference of samples 1, 2, 4 ... 128 apart, repeated over the width. */
function scriptedVoiceTokens({ pcm }: JobInput<'voice-tokens'>): JobOutput<'voice-tokens'> {
  if (pcm.length === 0 || pcm.length % 320 !== 0 || pcm.length > 64_000) throw new RangeError(`${pcm.length} samples`);
  const width = WIDTHS.voice;
  const count = Math.floor(pcm.length / TOKEN_SAMPLES);
  const tokens = new Float32Array(count * width);
  for (let token = 0; token < count; token++) {
    const part = pcm.subarray(token * TOKEN_SAMPLES, (token + 1) * TOKEN_SAMPLES);
    const bands = Array.from({ length: 8 }, (_, band) => differenceEnergy(part, 1 << band));
    for (let i = 0; i < width; i++) tokens[token * width + i] = (bands[i % 8] as number) * COSINES[i]!;
  }
  return { tokens, width, tokenMs: TOKEN_MS };
}

/** Words as if they were spoken one after another at one pace, each letter as long as another. */
function evenly(text: string, samples: number): SpokenWord[] {
  const ms = (offset: number): number => Math.round((offset / text.length) * (samples / SAMPLE_RATE_HZ) * 1000);
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
    const end = index + word.length;
    return { start: index, end, startMs: ms(index), endMs: ms(end), probability: 0.9 };
  });
}

/** Of 0, 1, 2 and so on, made once. */
const COSINES = Float64Array.from({ length: WIDTHS.voice }, (_, i) => Math.cos(i));

function differenceEnergy(part: Int16Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < part.length; i++) {
    const difference = part[i]! - part[i - lag]!;
    sum += difference * difference; // below 2^53: exact
  }
  return Math.log10(1e-6 + sum / 32_768 ** 2 / part.length) / 6 + 1;
}

/** One face in the middle of every JPEG, PNG and WebP; what does not begin as one is refused. */
function scriptedFace({ still }: JobInput<'face-tokens'>): JobOutput<'face-tokens'> {
  if (!STILL_STARTS.some((start) => still[0] === start[0] && still[1] === start[1])) {
    return { faces: [], refused: 'not_a_still' };
  }
  return { faces: [{ score: 0.9, box: [0.3, 0.2, 0.4, 0.5], features: noise(hash(still), WIDTHS.face) }] };
}

/** A start, the words and an end; the same word is the same token, and the embedding is their direction. */
function scriptedText({ text }: JobInput<'text-tokens'>): JobOutput<'text-tokens'> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const rows = ['[start]', ...words.slice(0, MAX_TEXT_TOKENS - 2), '[end]'].map(rowOf);
  const tokens = new Float32Array(rows.length * WIDTHS.text);
  rows.forEach((row, i) => tokens.set(row, i * WIDTHS.text));
  return { tokens, width: WIDTHS.text, embedding: unit(meanRow(tokens, WIDTHS.text)) };
}

/** Words whose rows are kept: many conversations say the same. */
const MAX_KNOWN_ROWS = 1000;
const knownRows = new Map<string, Float32Array>();

function rowOf(word: string): Float32Array {
  let row = knownRows.get(word);
  if (row === undefined) {
    row = noise(hash(Buffer.from(word)), WIDTHS.text);
    if (knownRows.size >= MAX_KNOWN_ROWS) knownRows.clear();
    knownRows.set(word, row);
  }
  return row;
}

/** Fixed random directions, one for each label and modality, against the mean token; subsets add up. */
function scriptedFusion(input: JobInput<'fusion'>): JobOutput<'fusion'> {
  if (input.subsets.length === 0) throw new RangeError('no subset');
  const means: Partial<Record<Modality, Float32Array>> = {};
  for (const modality of new Set(input.subsets.flat())) means[modality] = meanToken(input, modality);
  const score = (subset: readonly Modality[], direction: string): number =>
    subset.reduce((sum, modality) => {
      const weights = weightsOf(modality, direction);
      return sum + 4 * dotOf(means[modality]!, weights);
    }, 0);
  const logits = input.subsets.map((subset) => EMOTIONS.map((label) => score(subset, label)));
  const joint = Array.from({ length: EMBEDDING_WIDTH }, (_, i) => score(input.subsets[0] ?? [], `joint ${i}`));
  return { logits: Float32Array.from(logits.flat()), labels: EMOTIONS, embedding: unit(Float32Array.from(joint)) };
}

function meanToken(input: JobInput<'fusion'>, modality: Modality): Float32Array {
  const tokens = input[modality];
  if (!tokens || tokens.length === 0 || tokens.length % WIDTHS[modality] !== 0) {
    throw new RangeError(`a subset names ${modality}, which has no whole rows`);
  }
  return unit(meanRow(tokens, WIDTHS[modality]));
}

/** Made once: they are most of the work. */
const knownWeights = new Map<string, Float32Array>();

function weightsOf(modality: Modality, direction: string): Float32Array {
  const name = `${modality} ${direction}`;
  let weights = knownWeights.get(name);
  if (weights === undefined) {
    weights = noise(hash(Buffer.from(name)), WIDTHS[modality]);
    knownWeights.set(name, weights);
  }
  return weights;
}

function dotOf(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return dot;
}

function meanRow(tokens: Float32Array, width: number): Float32Array {
  const mean = new Float32Array(width);
  const { length } = tokens;
  for (let i = 0; i < length; i++) mean[i % width]! += (tokens[i]! * width) / length;
  return mean;
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return length === 0 ? values : values.map((value) => value / length);
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Numbers in [-1, 1) from a seed (mulberry32). */
function noise(seed: number, length: number): Float32Array {
  let state = seed;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    values[i] = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  }
  return values;
}

function realSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
