import type { Face, FaceBox, JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { decodeFaces, type Detection } from './blazeface';
import { nearestFace } from '../encode/face-tracker';
import { cropFace } from './face-crop';
import type { ExpressionGraph, FaceDetectorGraph } from './face-graphs';
import { letterbox, type Letterbox } from './letterbox';
import type { Picture, Point } from './picture';
import { decodeStill } from './still';

/** Faces told of one still: the customer's and the largest. */
const MAX_FACES = 4;

/**
 * Still to faces. One face is looked at for its expression, the others carry no features: the customer's, where it is
 * known where that was a moment ago, else the largest. Nobody else's expression is computed. A still without costs none.
 */
export class FaceEncoder {
  constructor(
    private readonly detector: FaceDetectorGraph,
    private readonly expression: ExpressionGraph,
    private readonly detection: ModelFolder<'face-detection'>,
    private readonly framing: ModelFolder<'expression'>,
  ) {}

  async run({ still, customer }: JobInput<'face-tokens'>): Promise<JobOutput<'face-tokens'>> {
    const decoded = await decodeStill(still);
    if ('refused' in decoded) return { faces: [], refused: decoded.refused };
    return { faces: await this.look(decoded.picture, customer) };
  }

  /** Faces of a decoded picture, largest first; features of one alone. */
  async look(picture: Picture, customer?: FaceBox): Promise<Face[]> {
    const { inputSizePx, valueScale, valueOffset } = this.detection.manifest.parameters;
    const fitted = letterbox(picture, inputSizePx, valueScale, valueOffset);
    const outputs = await this.detector.run(fitted.values);
    const found = decodeFaces(outputs, this.detection.manifest.parameters)
      .sort((a, b) => b.width * b.height - a.width * a.height)
      .map((detection) => ({ detection, box: boxOf(detection, fitted, picture) }));
    const boxes = found.map(({ box }) => box);
    const assessed = customer === undefined ? 0 : nearestFace(customer, boxes);
    const faces: Face[] = [];
    for (const [i, { detection, box }] of found.entries()) {
      if (i !== assessed && faces.length >= MAX_FACES - (i < assessed ? 1 : 0)) continue;
      const features = i === assessed ? await this.features(picture, fitted, detection) : new Float32Array(0);
      faces.push({ score: detection.score, box, features });
    }
    return faces;
  }

  private async features(picture: Picture, fitted: Letterbox, face: Detection): Promise<Float32Array> {
    const eye = (name: 'rightEye' | 'leftEye') => inPicture(face.points[name] ?? face.centre, fitted);
    const parameters = this.framing.manifest.parameters;
    return this.expression.features(
      cropFace(picture, eye('rightEye'), eye('leftEye'), parameters),
      parameters.faceSizePx,
    );
  }
}

function inPicture(point: Point, { scale, left, top }: Letterbox): Point {
  return { x: (point.x - left) * scale, y: (point.y - top) * scale };
}

function boxOf({ centre, width, height }: Detection, fitted: Letterbox, picture: Picture): FaceBox {
  const corner = inPicture({ x: centre.x - width / 2, y: centre.y - height / 2 }, fitted);
  return [
    corner.x / picture.width,
    corner.y / picture.height,
    (width * fitted.scale) / picture.width,
    (height * fitted.scale) / picture.height,
  ];
}
