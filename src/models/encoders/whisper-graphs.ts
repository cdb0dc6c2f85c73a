import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, int64, output, type Tensor, type Tensors } from '../runtime/onnx';
import { MEL_BANDS } from './log-mel';

/** Whisper's three graphs and nothing of how they are used: log-mel to states, states to the scores of the next token. */
export class WhisperGraphs {
  /** Written anew by every step, and read before the next: one is enough, whoever's utterance it is. */
  private readonly logits: Tensor;
  private readonly crossTensors = new CrossTensors();

  constructor(
    private readonly graphs: { readonly encoder: Graph; readonly cross: Graph; readonly decoder: Graph },
    private readonly folder: ModelFolder<'speech'>,
  ) {
    const { vocabularySize } = folder.manifest.parameters;
    this.logits = float32(new Float32Array(vocabularySize), [1, vocabularySize]);
  }

  /** Mean of layers 3 to 5, for emotion: [frames / 2, 512]. */
  async emotionStates(mel: Float32Array, frames: number): Promise<Float32Array> {
    const outputs = await this.graphs.encoder.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, ['emo']);
    return floats(output(outputs, 'emo'));
  }

  /** Everything the decoder needs of the sound; 18 MB at 15 s. */
  async openDecoder(mel: Float32Array, frames: number): Promise<WhisperDecoder> {
    const encoded = await this.graphs.encoder.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, ['hidden']);
    const { decoderHeads, decoderLayers, headWidth } = this.folder.manifest.parameters;
    const names = cacheNames('cross', decoderLayers);
    const reused = this.crossTensors.take(frames) ?? Object.fromEntries(names.map((name) => [name, null]));
    const cross = await this.graphs.cross.run({ hidden: output(encoded, 'hidden') }, reused);
    const empty = float32(new Float32Array(0), [1, decoderHeads, 0, headWidth]);
    const past = Object.fromEntries(cacheNames('past', decoderLayers).map((name) => [name, empty]));
    const close = (): void => this.crossTensors.giveBack(frames, cross);
    return new WhisperDecoder(this.graphs.decoder, decoderLayers, { ...cross, ...past }, this.logits, close);
  }
}

/** Sets of cross keys and values kept for the next utterance of the same context, at most. */
const MAX_FREE_SETS = 2;

/**
 * The cross keys and values of utterances that are over. One set is 18 MB at 15 s: made anew each time, it is what drives
 * the garbage collector of a worker.
 */
class CrossTensors {
  private readonly free: { readonly frames: number; readonly tensors: Tensors }[] = [];

  take(frames: number): Tensors | undefined {
    const at = this.free.findIndex((set) => set.frames === frames);
    return at < 0 ? undefined : this.free.splice(at, 1)[0]?.tensors;
  }

  giveBack(frames: number, tensors: Tensors): void {
    this.free.push({ frames, tensors });
    if (this.free.length > MAX_FREE_SETS) this.free.shift();
  }
}

/** One utterance being decoded: the keys and values of the tokens so far. */
export class WhisperDecoder {
  constructor(
    private readonly graph: Graph,
    private readonly layers: number,
    private feeds: Tensors,
    private readonly logits: Tensor,
    private readonly giveBack: () => void,
  ) {}

  /** Adds tokens and scores every token of the vocabulary as the next one. The scores are valid until any next call. */
  async next(tokens: readonly number[]): Promise<Float32Array> {
    const present = Object.fromEntries(cacheNames('present', this.layers).map((name) => [name, null]));
    const feeds = { ...this.feeds, tokens: int64(tokens, [1, tokens.length]) };
    const outputs = await this.graph.run(feeds, { ...present, logits: this.logits });
    // The very tensors that came out go in again: nothing is copied in JavaScript.
    const past: Record<string, Tensor> = {};
    for (const name of cacheNames('past', this.layers)) past[name] = output(outputs, name.replace('past', 'present'));
    this.feeds = { ...this.feeds, ...past };
    return floats(this.logits);
  }

  /** The utterance is over: what was made for it serves the next. */
  close(): void {
    this.feeds = {};
    this.giveBack();
  }
}

function cacheNames(prefix: 'past' | 'present' | 'cross', layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`${prefix}_k_${layer}`, `${prefix}_v_${layer}`]).flat();
}
