import { z } from 'zod';
import { EMOTIONS, MODALITIES } from '@rapport-live/protocol';

/**
 * `model.json`, format 1: everything the code knows of a model that is not in its graphs. A manifest holds more
 * parameters than are read here (thresholds of other stages, notes for people); unknown ones pass unread.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file beside the manifest; never a path out of the folder. */
const file = z.string().regex(/^[A-Za-z0-9][\w.-]*$/);
const count = z.number().int().positive();
const probability = z.number().min(0).max(1);

const TensorSpec = z.object({
  name: z.string(),
  type: z.enum(['float32', 'int64']),
  /** A number, or the name of a free dimension. */
  shape: z.array(z.union([z.number().int(), z.string()])),
});
export type TensorSpec = z.infer<typeof TensorSpec>;

const FileSpec = z.object({ file, sha256, bytes: count });
export type FileSpec = z.infer<typeof FileSpec>;

const GraphSpec = FileSpec.extend({
  inputs: z.array(TensorSpec).min(1),
  outputs: z.array(TensorSpec).min(1),
  maxBatch: count,
});
export type GraphSpec = z.infer<typeof GraphSpec>;

const GoldenSpec = z.object({
  file,
  sha256,
  minCosine: probability,
  /** Outputs whose greatest value along the last dimension is a decision: it must be the same one. */
  labelOutputs: z.array(z.string()),
  cases: z.array(z.object({ name: z.string(), graph: z.string(), text: z.string().optional() })).min(1),
});

const shared = {
  formatVersion: z.literal(1),
  name: z.string(),
  version: z.string(),
  precision: z.string(),
  graphs: z.record(z.string(), GraphSpec),
  assets: z.record(z.string(), FileSpec).default({}),
  labels: z.array(z.string()).optional(),
  intents: z.array(z.string()).optional(),
  /** ISO 639-1 codes, or `*` for any. */
  languages: z.array(z.string()),
  /** Execution providers the model may run on, best first; names of other versions are passed over. */
  providers: z.array(z.string()).refine((names) => names.includes('cpu'), { error: 'cpu must be among them' }),
  golden: GoldenSpec,
  licence: z.string(),
  origin: z.string(),
  figures: z.array(z.unknown()),
};

const VoiceActivityParameters = z.object({
  sampleRateHz: z.literal(16_000),
  chunkSamples: count,
  contextSamples: count,
  stateLayers: count,
  stateWidth: count,
  /** Chunks in a row below `silentBelow` after which the model's memory is emptied (62 of 32 ms: 2 s). */
  forgetAfterChunks: count.default(62),
  silentBelow: probability.default(0.15),
});

const SpeechParameters = z.object({
  sampleRateHz: z.literal(16_000),
  melBands: z.literal(80),
  encoderFrameMs: count,
  encoderWidth: count,
  /** Of the states of a graph `emotion`, which may be of another Whisper than the transcript's; absent: `encoderWidth`. */
  emotionWidth: count.optional(),
  maxAudioMs: count,
  decoderLayers: count,
  decoderHeads: count,
  headWidth: count,
  vocabularySize: count,
  /**
   * Utterances are padded with zeros to the first of these that leaves a tail; ascending, the last is the longest heard.
   * Short contexts make Whisper repeat itself, long ones cost CPU.
   */
  transcriptContextsMs: z.array(count).nonempty(),
  maxTokensPerSecond: count,
  maxTokensExtra: count,
  /**
   * Texts of a lower mean token probability are dropped as invented. Measured on 29 stretches of noise or silence
   * (27 below .28, both others a plain "Thank you.") and 50 of clear speech (lowest .55, words of a second).
   */
  minMeanProbability: probability.default(0.4),
  /**
   * Above this probability of nobody speaking a text needs `minProbabilityAgainstNoSpeech` to be believed. Measured on 20
   * minutes each of noise and music: the 30 stretches that voice activity let through are at .60 and above, with texts
   * of at most .41; "yes", "no" and "okay" at 10 dB over such noise, 300 times, at .26 and below.
   */
  maxNoSpeechProbability: probability.default(0.45),
  minProbabilityAgainstNoSpeech: probability.default(0.75),
  /** What Whisper invents most confidently in near-silence, lower case, without punctuation ... */
  knownInventions: z
    .array(z.string())
    .default(['thank you', 'thanks for watching', 'thank you for watching', 'you', 'bye']),
  /** ... and the mean probability it needs to be believed. Invented: .45 and .56; said, in synthetic speech: .88 to .91. */
  minKnownInventionProbability: probability.default(0.7),
  emotionLevelDb: z.number(),
  emotionLevelFrameSamples: count,
  emotionActiveRangeDb: count,
  emotionPeakLimit: probability,
  emotionMaxSamples: count,
  emotionTailSamples: count,
  emotionFrameSamples: count,
  emotionFramesPerToken: count,
  emotionTokenMs: count,
  endOfTextId: count,
  startOfTranscriptId: count,
  /** Absent in a model of one language: its prompt names no task. */
  transcribeId: count.optional(),
  noTimestampsId: count,
  /** What Whisper expects directly after the start of a transcript where nobody speaks. */
  noSpeechId: count,
  languageTokenIds: z.record(z.string(), count),
  suppressIds: z.array(z.number().int()),
  suppressBeginIds: z.array(z.number().int()),
});
export type SpeechParameters = z.infer<typeof SpeechParameters>;

const TextParameters = z.object({
  maxTokens: count,
  embeddingWidth: count,
  /** Of the output `emotion`, independent probabilities: a text has the emotions above theirs, else the likeliest. */
  emotionThresholds: z.record(z.enum(EMOTIONS), probability).optional(),
});

const FaceDetectionParameters = z.object({
  inputSizePx: count,
  valueScale: z.number(),
  valueOffset: z.number(),
  scoreLogitLimit: z.number().positive(),
  minScore: probability,
  suppressionMinOverlap: probability,
  anchorLayers: z.array(
    z.object({ stridePx: count, cells: count, anchorsPerCell: count, scores: z.string(), boxes: z.string() }),
  ),
  pointNames: z.array(z.string()),
});
export type FaceDetectionParameters = z.infer<typeof FaceDetectionParameters>;

const ExpressionParameters = z.object({
  faceSizePx: count,
  greyWeights: z.tuple([z.number(), z.number(), z.number()]),
  valueScale: z.number(),
  valueOffset: z.number(),
  sidePerEyeDistance: z.number().positive(),
  eyesMiddleXPx: z.number(),
  eyesMiddleYPx: z.number(),
  blurMinSidePx: z.number(),
  blurSigmaPerSide: z.number().positive(),
  featureWidth: count,
});
export type ExpressionParameters = z.infer<typeof ExpressionParameters>;

/** `voice+face` and the like, in the order of MODALITIES. */
const subsetKeys = new Set(
  Array.from({ length: 7 }, (_, i) => MODALITIES.filter((_name, bit) => ((i + 1) >> bit) & 1).join('+')),
);
const FusionParameters = z.object({
  maxVoiceTokens: count,
  maxFaceTokens: count,
  maxTextTokens: count,
  embeddingWidth: count,
  /** Divides the logits of each subset of modalities before softmax. */
  temperatures: z.record(z.string(), z.number().positive()).refine((t) => [...subsetKeys].every((key) => key in t), {
    error: `needs one temperature for each of ${[...subsetKeys].join(', ')}`,
  }),
  /** Valence and arousal in [-1, 1] of each label. */
  valenceArousal: z.record(z.enum(EMOTIONS), z.tuple([z.number(), z.number()])),
});

export const Manifest = z.discriminatedUnion('task', [
  z.object({ ...shared, task: z.literal('voice-activity'), parameters: VoiceActivityParameters }),
  z.object({ ...shared, task: z.literal('speech'), parameters: SpeechParameters }),
  z.object({ ...shared, task: z.literal('text'), parameters: TextParameters }),
  z.object({ ...shared, task: z.literal('face-detection'), parameters: FaceDetectionParameters }),
  z.object({ ...shared, task: z.literal('expression'), parameters: ExpressionParameters }),
  z.object({ ...shared, task: z.literal('fusion'), parameters: FusionParameters, labels: z.array(z.enum(EMOTIONS)) }),
]);
export type Manifest = z.infer<typeof Manifest>;
export type Task = Manifest['task'];
type ManifestByTask = { readonly [T in Task]: Extract<Manifest, { task: T }> };
export type ManifestOf<T extends Task> = ManifestByTask[T];

export const TASKS = Manifest.options.map((option) => option.shape.task.value) as readonly Task[];
