import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers' with { 'resolution-mode': 'import' };
import { RapportError } from '@rapport-live/protocol';
import type { ModelFolder } from '../runtime/model-folder';

/** Text to ids and back, by the `tokenizer.json` of a model folder. The one file that knows the tokenizer library. */
export class Tokenizer {
  private constructor(private readonly tokenizer: HuggingFaceTokenizer) {}

  /**
   * `use: 'decode'` leaves out what only encoding needs: of Whisper's tokenizer that is half of its 17 MB of small
   * objects, which every garbage collection of a worker would walk.
   */
  static async load({ path, manifest }: ModelFolder, use: 'encode' | 'decode' = 'encode'): Promise<Tokenizer> {
    const asset = manifest.assets['tokenizer'];
    if (!asset) throw new RapportError('model_corrupt', `${path}/model.json names no asset tokenizer`);
    try {
      // Its types are those of an ES module, which CommonJS may only import like this.
      const library = await import('@huggingface/tokenizers');
      const json = JSON.parse(await readFile(join(path, asset.file), 'utf8')) as { model: object };
      if (use === 'decode') json.model = { ...json.model, merges: [] };
      return new Tokenizer(new library.Tokenizer(json, {}));
    } catch (cause) {
      throw new RapportError('model_corrupt', `${join(path, asset.file)} is no tokenizer`, { cause });
    }
  }

  /** At most `maxTokens` ids with the special tokens a model expects around a text, the closing one kept last; not padded. */
  encode(text: string, maxTokens: number): number[] {
    const { ids } = this.tokenizer.encode(text);
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  }

  /** Without special tokens. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.tokenizer.decode([...ids], { skip_special_tokens: true });
  }
}
