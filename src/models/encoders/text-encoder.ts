import type { JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { floats, type Graph, int64, output } from '../runtime/onnx';
import type { Tokenizer } from './tokenizer';

/** Characters looked at: far more than 64 word pieces of speech or chat, so that a long paste costs no time. */
const MAX_TEXT_CHARACTERS = 4_000;

/** Text to one token for each word piece (for fusion) and a sentence embedding (for intent). One text a run: see the notes on int8. */
export class TextEncoder {
  constructor(
    private readonly graph: Graph,
    private readonly tokenizer: Tokenizer,
    private readonly folder: ModelFolder<'text'>,
  ) {}

  async run({ text }: JobInput<'text-tokens'>): Promise<JobOutput<'text-tokens'>> {
    const { maxTokens, embeddingWidth: width } = this.folder.manifest.parameters;
    const ids = this.tokenizer.encode(text.slice(0, MAX_TEXT_CHARACTERS), maxTokens);
    const shape = [1, ids.length];
    const outputs = await this.graph.run(
      { input_ids: int64(ids, shape), attention_mask: int64(new Uint8Array(ids.length).fill(1), shape) },
      ['tokens', 'embedding'],
    );
    return { tokens: floats(output(outputs, 'tokens')), width, embedding: floats(output(outputs, 'embedding')) };
  }
}
