import type { Face, JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { decodeFaces, type Detection } from './blazeface';
import { cropFace } from './face-crop';
import type { ExpressionGraph, FaceDetectorGraph } from './face-graphs';
import { letterbox, type Letterbox } from './letterbox';
import type { Picture, Point } from './picture';
import { decodeStill } from './still';

/** Faces told of one still, the largest first; more are bystanders. */
const MAX_FACES = 2;

/**
 * Still to faces. Only the largest face is looked at for its expression, the others carry no features: the assessed
 * customer is the one before the camera, and nobody else's expression is computed. A still without a face costs none.
 */
export class FaceEncoder {
  constructor(
    private readonly detector: FaceDetectorGraph,
    private readonly expression: ExpressionGraph,
    private readonly detection: ModelFolder<'face-detection'>,
    private readonly framing: ModelFolder<'expression'>,
  ) {}

  async run({ still }: JobInput<'face-tokens'>): Promise<JobOutput<'face-tokens'>> {
    const decoded = await decodeStill(still);
    if ('refused' in decoded) return { faces: [], refused: decoded.refused };
    const { picture } = decoded;
    const { inputSizePx, valueScale, valueOffset } = this.detection.manifest.parameters;
    const fitted = letterbox(picture, inputSizePx, valueScale, valueOffset);
    const outputs = await this.detector.run(fitted.values);
    const found = decodeFaces(outputs, this.detection.manifest.parameters)
      .sort((a, b) => b.width * b.height - a.width * a.height)
      .slice(0, MAX_FACES);
    const [largest, ...others] = found;
    if (!largest) return { faces: [] };
    const features = await this.features(picture, fitted, largest);
    return {
      faces: [
        faceOf(largest, fitted, picture, features),
        ...others.map((face) => faceOf(face, fitted, picture, new Float32Array(0))),
      ],
    };
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

function faceOf(
  { score, centre, width, height }: Detection,
  fitted: Letterbox,
  picture: Picture,
  features: Float32Array,
): Face {
  const corner = inPicture({ x: centre.x - width / 2, y: centre.y - height / 2 }, fitted);
  return {
    score,
    box: [
      corner.x / picture.width,
      corner.y / picture.height,
      (width * fitted.scale) / picture.width,
      (height * fitted.scale) / picture.height,
    ],
    features,
  };
}
