import { RapportError } from '@rapport-live/protocol';
import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, int64, type Tensor, type Tensors } from '../runtime/onnx';
import { DecoderMemories, type DecoderMemory } from './decoder-memory';
import { MEL_BANDS } from './log-mel';
import type { SpeechParameters } from '../runtime/manifest';
import { Scratch } from './scratch';

/** The language, task and timestamp tokens before a text. */
const MAX_PROMPT_TOKENS = 4;

/** The input of every graph that begins at the sound. */
const MEL = 'mel';

const soundOf = (mel: Float32Array, frames: number): Tensors => ({ [MEL]: float32(mel, [1, MEL_BANDS, frames]) });

export const emotionWidthOf = ({ emotionWidth, encoderWidth }: SpeechParameters): number =>
  emotionWidth ?? encoderWidth;

/** Whisper's graphs and nothing of how they are used: log-mel to states, states to the scores of the next token. */
export class WhisperGraphs {
  /** Written anew by every step, and read before the next: one is enough, whoever's utterance it is. */
  private readonly logits: Tensor;
  private readonly memories: DecoderMemories;
  private readonly states = new Scratch();
  /** What `encoder` goes on from where it is a part of `emotion`'s network: the states of 20 ms between the two. */
  private readonly between: { readonly name: string; readonly numbers: Scratch } | undefined;
  private readonly emotionWidth: number;
  private readonly encoderWidth: number;

  /** Throws `model_corrupt` when the graphs do not fit together. */
  constructor(
    private readonly graphs: {
      /** From log-mel, or from the states with which `emotion` ends where both are parts of one Whisper. */
      readonly encoder: Graph;
      /** A part of the encoder, one of its own where transcripts come from another Whisper, or the encoder itself. */
      readonly emotion: Graph;
      readonly cross: Graph;
      readonly decoder: Graph;
    },
    { manifest: { parameters } }: ModelFolder<'speech'>,
  ) {
    const { vocabularySize, maxAudioMs, maxTokensPerSecond, maxTokensExtra } = parameters;
    this.emotionWidth = emotionWidthOf(parameters);
    this.encoderWidth = parameters.encoderWidth;
    const name = graphs.encoder.inputs[0]?.name ?? MEL;
    if (name !== MEL && graphs.emotion.outputs.every((output) => output.name !== name))
      throw new RapportError('model_corrupt', `graph encoder goes on from ${name}, which no graph emotion gives`);
    this.between = name === MEL ? undefined : { name, numbers: new Scratch() };
    this.logits = float32(new Float32Array(vocabularySize), [1, vocabularySize]);
    const maxTokens = MAX_PROMPT_TOKENS + Math.ceil((maxAudioMs / 1000) * maxTokensPerSecond + maxTokensExtra);
    this.memories = new DecoderMemories({ ...parameters, maxTokens });
  }

  /** What the emotion is told by, several layers side by side: [frames / 2, emotion width]. Valid until the next call. */
  async emotionStates(mel: Float32Array, frames: number): Promise<Float32Array> {
    const states = this.states.take((frames / 2) * this.emotionWidth);
    const emo = float32(states, [1, frames / 2, this.emotionWidth]);
    await this.graphs.emotion.run(soundOf(mel, frames), { emo });
    return states;
  }

  /** Writes what the decoder reads: `hidden` [1, frames / 2, encoder width]. */
  async encode(mel: Float32Array, frames: number, hidden: Tensor): Promise<void> {
    const { encoder, emotion } = this.graphs;
    let feeds = soundOf(mel, frames);
    if (this.between !== undefined) {
      const { name, numbers } = this.between;
      const states = float32(numbers.take((frames / 2) * this.encoderWidth), [1, frames / 2, this.encoderWidth]);
      feeds = await emotion.run(feeds, { [name]: states });
    }
    await encoder.run(feeds, { hidden });
  }

  /** Everything the decoder needs of the sound; 28 MB at 15 s, used again once it is closed. */
  async openDecoder(mel: Float32Array, frames: number): Promise<WhisperDecoder> {
    const memory = this.memories.take(frames);
    const { hidden, cross } = memory;
    await this.encode(mel, frames, hidden);
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
