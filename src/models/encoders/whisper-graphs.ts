import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, int64, type Tensor } from '../runtime/onnx';
import { DecoderMemories, type DecoderMemory } from './decoder-memory';
import { MEL_BANDS } from './log-mel';
import type { SpeechParameters } from '../runtime/manifest';
import { Scratch } from './scratch';

/** The language, task and timestamp tokens before a text. */
const MAX_PROMPT_TOKENS = 4;

export const emotionWidthOf = ({ emotionWidth, encoderWidth }: SpeechParameters): number =>
  emotionWidth ?? encoderWidth;

/** Whisper's graphs and nothing of how they are used: log-mel to states, states to the scores of the next token. */
export class WhisperGraphs {
  /** Written anew by every step, and read before the next: one is enough, whoever's utterance it is. */
  private readonly logits: Tensor;
  private readonly memories: DecoderMemories;
  private readonly states = new Scratch();
  private readonly emotionWidth: number;

  constructor(
    private readonly graphs: {
      readonly encoder: Graph;
      /** The encoder itself, or one of its own where transcripts come from another Whisper. */
      readonly emotion: Graph;
      readonly cross: Graph;
      readonly decoder: Graph;
    },
    { manifest: { parameters } }: ModelFolder<'speech'>,
  ) {
    const { vocabularySize, maxAudioMs, maxTokensPerSecond, maxTokensExtra } = parameters;
    this.emotionWidth = emotionWidthOf(parameters);
    this.logits = float32(new Float32Array(vocabularySize), [1, vocabularySize]);
    const maxTokens = MAX_PROMPT_TOKENS + Math.ceil((maxAudioMs / 1000) * maxTokensPerSecond + maxTokensExtra);
    this.memories = new DecoderMemories({ ...parameters, maxTokens });
  }

  /** Mean of layers 3 to 5, for emotion: [frames / 2, emotion width]. Valid until the next call. */
  async emotionStates(mel: Float32Array, frames: number): Promise<Float32Array> {
    const states = this.states.take((frames / 2) * this.emotionWidth);
    const emo = float32(states, [1, frames / 2, this.emotionWidth]);
    await this.graphs.emotion.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, { emo });
    return states;
  }

  /** Everything the decoder needs of the sound; 28 MB at 15 s, used again once it is closed. */
  async openDecoder(mel: Float32Array, frames: number): Promise<WhisperDecoder> {
    const memory = this.memories.take(frames);
    const { hidden, cross } = memory;
    await this.graphs.encoder.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, { hidden });
    await this.graphs.cross.run({ hidden }, cross);
    return new WhisperDecoder(this.graphs.decoder, memory, this.logits, () => this.memories.giveBack(memory));
  }
}

/** What one step of the decoder says of the token that comes next. Valid until any next step, of whatever utterance. */
export interface DecoderStep {
  /** Of every token of the vocabulary. */
  readonly logits: Float32Array;
  /** Where in the sound it is: the step's attention over encoder frames of 20 ms, mean of the heads that follow the sound. */
  readonly alignment: Float32Array;
}

/** One utterance being decoded: the keys and values of the tokens so far. */
export class WhisperDecoder {
  private tokensSoFar = 0;

  constructor(
    private readonly graph: Graph,
    private readonly memory: DecoderMemory,
    private readonly logits: Tensor,
    private readonly giveBack: () => void,
  ) {}

  /** Adds tokens and scores every token of the vocabulary as the next one. */
  async next(tokens: readonly number[]): Promise<DecoderStep> {
    const { past, present } = this.memory.step(this.tokensSoFar, tokens.length);
    const feeds = { ...this.memory.cross, ...past, tokens: int64(tokens, [1, tokens.length]) };
    const { alignment } = this.memory;
    await this.graph.run(feeds, { ...present, logits: this.logits, alignment });
    this.tokensSoFar += tokens.length;
    return { logits: floats(this.logits), alignment: floats(alignment) };
  }

  /** The tokens so far are forgotten, the sound is not. */
  restart(): void {
    this.tokensSoFar = 0;
  }

  /** The utterance is over: its memory serves the next. */
  close(): void {
    this.giveBack();
  }
}
