import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, int64, output, type Tensor, type Tensors } from '../runtime/onnx';
import { MEL_BANDS } from './log-mel';

/** Whisper's three graphs and nothing of how they are used: log-mel to states, states to the scores of the next token. */
export class WhisperGraphs {
  constructor(
    private readonly graphs: { readonly encoder: Graph; readonly cross: Graph; readonly decoder: Graph },
    private readonly folder: ModelFolder<'speech'>,
  ) {}

  /** Mean of layers 3 to 5, for emotion: [frames / 2, 512]. */
  async emotionStates(mel: Float32Array, frames: number): Promise<Float32Array> {
    const outputs = await this.graphs.encoder.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, ['emo']);
    return floats(output(outputs, 'emo'));
  }

  /** Everything the decoder needs of the sound; 18 MB at 15 s. */
  async openDecoder(mel: Float32Array, frames: number): Promise<WhisperDecoder> {
    const encoded = await this.graphs.encoder.run({ mel: float32(mel, [1, MEL_BANDS, frames]) }, ['hidden']);
    const cross = await this.graphs.cross.run({ hidden: output(encoded, 'hidden') });
    const { decoderHeads, decoderLayers, headWidth } = this.folder.manifest.parameters;
    const empty = float32(new Float32Array(0), [1, decoderHeads, 0, headWidth]);
    const past = Object.fromEntries(cacheNames('past', decoderLayers).map((name) => [name, empty]));
    return new WhisperDecoder(this.graphs.decoder, decoderLayers, { ...cross, ...past });
  }
}

/** One utterance being decoded: the keys and values of the tokens so far. */
export class WhisperDecoder {
  constructor(
    private readonly graph: Graph,
    private readonly layers: number,
    private feeds: Tensors,
  ) {}

  /** Adds tokens and scores every token of the vocabulary as the next one. */
  async next(tokens: readonly number[]): Promise<Float32Array> {
    const outputs = await this.graph.run({ ...this.feeds, tokens: int64(tokens, [1, tokens.length]) });
    // The very tensors that came out go in again: nothing is copied in JavaScript.
    const past: Record<string, Tensor> = {};
    for (const name of cacheNames('past', this.layers)) past[name] = output(outputs, name.replace('past', 'present'));
    this.feeds = { ...this.feeds, ...past };
    return floats(output(outputs, 'logits'));
  }
}

function cacheNames(prefix: 'past' | 'present', layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`${prefix}_k_${layer}`, `${prefix}_v_${layer}`]).flat();
}
