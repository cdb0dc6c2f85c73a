import type { Emotion } from '@rapport-live/protocol';
import { FACE_SIZE_PX, type Expression } from '../corpora/faces';
import type { ModelFolder } from '../../models/runtime/model-folder';
import { float32, floats, Graph, output } from '../../models/runtime/onnx';

/** What our seven emotions are called in FER+; contempt is none of ours. */
export const EMOTION_OF: Readonly<Partial<Record<Expression, Emotion>>> = {
  neutral: 'neutral',
  happiness: 'joy',
  surprise: 'surprise',
  sadness: 'sadness',
  anger: 'anger',
  disgust: 'disgust',
  fear: 'fear',
};
export interface Read {
  readonly answer: Expression;
  readonly confidence: number;
  /** The token that fusion is given. */
  readonly features: Float32Array;
}

/** The expression network on pictures that are cut already. */
export class ExpressionNetwork {
  private constructor(
    private readonly graph: Graph,
    private readonly folder: ModelFolder<'expression'>,
  ) {}

  static async open(folder: ModelFolder<'expression'>): Promise<ExpressionNetwork> {
    return new ExpressionNetwork(await Graph.load(folder, 'model', 'cpu'), folder);
  }

  /** @param pixels [48, 48] grey, 0 to 255 */
  async read(pixels: ArrayLike<number>): Promise<Read> {
    const { labels, parameters } = this.folder.manifest;
    const values = Float32Array.from(pixels, (value) => value / parameters.valueScale + parameters.valueOffset);
    const outputs = await this.graph.run({ face: float32(values, [1, 1, FACE_SIZE_PX, FACE_SIZE_PX]) });
    const chances = floats(output(outputs, 'probs8'));
    const confidence = Math.max(...chances);
    return {
      answer: labels![chances.indexOf(confidence)] as Expression,
      confidence,
      features: floats(output(outputs, 'feat')).slice(),
    };
  }

  release(): Promise<void> {
    return this.graph.release();
  }
}
