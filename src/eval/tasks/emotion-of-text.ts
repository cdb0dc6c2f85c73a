import type { Emotion } from '@rapport-live/protocol';
import { Tokenizer } from '../../models/encoders/tokenizer';
import type { ModelFolder } from '../../models/runtime/model-folder';
import { floats, Graph, int64, output } from '../../models/runtime/onnx';
import type { LabelledText } from '../corpora/texts';
import type { MultiLabel } from '../metrics/macro-f1';

/** Where the manifest has no thresholds. */
const USUAL_THRESHOLD = 0.5;

/** The text model's own emotions, several or one, as its corpus has them; fusion reads its tokens instead. */
export class EmotionOfText {
  private constructor(
    private readonly graph: Graph,
    private readonly tokenizer: Tokenizer,
    private readonly folder: ModelFolder<'text'>,
  ) {}

  static async open(folder: ModelFolder<'text'>): Promise<EmotionOfText> {
    const [graph, tokenizer] = await Promise.all([Graph.load(folder, 'model', 'cpu'), Tokenizer.load(folder)]);
    return new EmotionOfText(graph, tokenizer, folder);
  }

  /** Those above their thresholds, else the likeliest one. */
  async read(text: string): Promise<ReadonlySet<Emotion>> {
    const { manifest } = this.folder;
    const { maxTokens, emotionThresholds } = manifest.parameters;
    const labels = manifest.labels as readonly Emotion[];
    const ids = this.tokenizer.encode(text, maxTokens);
    const shape = [1, ids.length];
    const mask = new Uint8Array(ids.length).fill(1);
    const feeds = { input_ids: int64(ids, shape), attention_mask: int64(mask, shape) };
    const chances = floats(output(await this.graph.run(feeds, ['emotion']), 'emotion'));
    const likeliest = labels[chances.indexOf(Math.max(...chances))]!;
    const above = labels.filter((label, i) => chances[i]! > (emotionThresholds?.[label] ?? USUAL_THRESHOLD));
    return new Set(above.length > 0 ? above : [likeliest]);
  }

  async readAll(texts: readonly LabelledText[], tell: () => void): Promise<MultiLabel[]> {
    const read: MultiLabel[] = [];
    for (const { text, labels } of texts) {
      read.push({ truth: new Set(labels), answer: await this.read(text) });
      tell();
    }
    return read;
  }

  release(): Promise<void> {
    return this.graph.release();
  }
}
