import type { FaceDetectionParameters } from '../runtime/manifest';
import { float32, floats, type Graph, output } from '../runtime/onnx';

/** Scores and boxes of the detector, by output name. */
export class FaceDetectorGraph {
  constructor(
    private readonly graph: Graph,
    private readonly parameters: FaceDetectionParameters,
  ) {}

  /** `values` is [size, size, 3]. */
  async run(values: Float32Array): Promise<(name: string) => Float32Array> {
    const size = this.parameters.inputSizePx;
    const outputs = await this.graph.run({ input: float32(values, [1, size, size, 3]) });
    return (name) => floats(output(outputs, name));
  }
}

/** Expression features of one cut face. */
export class ExpressionGraph {
  constructor(private readonly graph: Graph) {}

  /** `face` is [size, size]; the result is [width]. */
  async features(face: Float32Array, sizePx: number): Promise<Float32Array> {
    const outputs = await this.graph.run({ face: float32(face, [1, 1, sizePx, sizePx]) }, ['feat']);
    return floats(output(outputs, 'feat'));
  }
}
