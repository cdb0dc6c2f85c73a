import { EMOTIONS, type EmotionDistribution } from '@rapport-live/protocol';
import { calibrate, type FusionCalibration } from '../../fusion/calibration';
import type { Face, FaceBox, SessionPool } from '../../inference/inference-pool';
import {
  customerBox,
  EMPTY_SCENE,
  FACE_TRACK_DEFAULTS,
  type FaceScene,
  seeFaces,
} from '../../models/encode/face-tracker';
import type { FaceConfig, MeasuredFace } from './messages';
import { expressionsOf } from './scores';

/** Faces that are listed of one image. */
const MAX_FACES = 32;
const FACE_ONLY = ['face'] as const;

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The faces of single images of one session. One of them is measured: the customer's, which is the face that stays, at
 * first the largest (rule 9: nobody else's expression is computed). Its emotion is that of the fusion network from the face
 * alone, calibrated for it, as `modalities.face` of an assessment, here of one image instead of four seconds.
 */
export class FaceMeasurement {
  private scene: FaceScene = EMPTY_SCENE;
  /** In the order in which faces were first measured, by their ids in the scene. */
  private readonly measured = new Map<string, number>();

  constructor(
    private readonly pool: SessionPool,
    private readonly calibration: FusionCalibration,
    private readonly sessionId: string,
  ) {}

  /**
   * Measured first, then by confidence. `refused`: the image cannot be decoded.
   * @param atMs when it was taken, ms. Rejects with RapportError when a model fails or has no room.
   */
  async measure(
    still: Uint8Array,
    { width, height }: FrameSize,
    atMs: number,
    { threshold, min_size: minSize }: FaceConfig,
  ): Promise<{ readonly faces: readonly MeasuredFace[] } | { readonly refused: string }> {
    const options = { sessionId: this.sessionId, jobClass: 'assessment' } as const;
    const customer = customerBox(this.scene, atMs, FACE_TRACK_DEFAULTS);
    const input = { still, ...(customer === undefined ? {} : { customer }) };
    const { output } = await this.pool.submit('face-tokens', input, options);
    if (output.refused !== undefined) return { refused: output.refused };
    const boxes = output.faces.map(({ box }) => box);
    const { scene, faceIds } = seeFaces(this.scene, atMs, boxes, FACE_TRACK_DEFAULTS);
    this.scene = scene;
    const listed: MeasuredFace[] = [];
    for (const [i, face] of output.faces.entries()) {
      const bbox = pixels(face.box, width, height);
      const shorter = Math.min(bbox[2] - bbox[0], bbox[3] - bbox[1]);
      if (face.score < threshold || shorter < minSize) continue;
      const confidence = Math.round(face.score * 10_000) / 10_000;
      const emotion = face.features.length === 0 ? undefined : await this.emotionOf(face, options);
      listed.push(
        emotion === undefined
          ? { face_id: null, bbox, confidence, expressions: null, descriptions: null }
          : {
              face_id: this.idOf(faceIds[i]!),
              bbox,
              confidence,
              expressions: expressionsOf(emotion),
              descriptions: [],
            },
      );
    }
    const isMeasured = ({ face_id: id }: MeasuredFace): number => (id === null ? 0 : 1);
    listed.sort((a, b) => isMeasured(b) - isMeasured(a) || b.confidence - a.confidence);
    return { faces: listed.slice(0, MAX_FACES) };
  }

  private async emotionOf(
    { features }: Face,
    options: { readonly sessionId: string; readonly jobClass: 'assessment' },
  ): Promise<EmotionDistribution> {
    const { output } = await this.pool.submit('fusion', { face: features, subsets: [FACE_ONLY] }, options);
    const probabilities = calibrate(output.logits, output.labels, FACE_ONLY, this.calibration);
    return Object.fromEntries(EMOTIONS.map((label, i) => [label, probabilities[i]!])) as EmotionDistribution;
  }

  private idOf(faceId: string): number {
    const known = this.measured.get(faceId) ?? this.measured.size;
    this.measured.set(faceId, known);
    return known;
  }
}

/** Corners in pixels, of a box in shares of the image. */
function pixels([x, y, w, h]: FaceBox, width: number, height: number): MeasuredFace['bbox'] {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return [rounded(x * width), rounded(y * height), rounded((x + w) * width), rounded((y + h) * height)];
}
