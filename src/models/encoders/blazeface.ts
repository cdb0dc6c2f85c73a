import type { FaceDetectionParameters } from '../runtime/manifest';
import type { Point } from './picture';

/** BlazeFace's outputs to faces. Bazarevsky et al. 2019, arXiv 1907.05047; layout as in the model's manifest. */

export interface Detection {
  /** In [0, 1]. */
  readonly score: number;
  /** All in pixels of the network's input. */
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
  /** By the names of the manifest: `rightEye` is the person's right, left in the picture. */
  readonly points: Readonly<Record<string, Point>>;
}

type Outputs = (name: string) => Float32Array;

/** Detections of at least `minScore`, overlaps suppressed, best first. */
export function decodeFaces(outputs: Outputs, parameters: FaceDetectionParameters): Detection[] {
  const candidates = parameters.anchorLayers.flatMap((layer) => {
    const scores = outputs(layer.scores);
    const boxes = outputs(layer.boxes);
    const rowWidth = 4 + 2 * parameters.pointNames.length;
    return anchorsOf(layer).flatMap((anchor, i) => {
      const score = sigmoid(scores[i] as number, parameters.scoreLogitLimit);
      if (!(score >= parameters.minScore)) return [];
      return [detection(score, boxes.subarray(i * rowWidth, (i + 1) * rowWidth), anchor, parameters.pointNames)];
    });
  });
  return suppressOverlaps(candidates, parameters.suppressionMinOverlap);
}

/** Centres of the cells, rows first, each as often as it has anchors. */
export function anchorsOf(layer: { stridePx: number; cells: number; anchorsPerCell: number }): Point[] {
  const anchors: Point[] = [];
  for (let y = 0; y < layer.cells; y++) {
    for (let x = 0; x < layer.cells; x++) {
      const anchor = { x: (x + 0.5) * layer.stridePx, y: (y + 0.5) * layer.stridePx };
      for (let i = 0; i < layer.anchorsPerCell; i++) anchors.push(anchor);
    }
  }
  return anchors;
}

/** A row of 16: centre as an offset from the anchor, width, height, then the points as offsets from the anchor. */
function detection(score: number, row: Float32Array, anchor: Point, pointNames: readonly string[]): Detection {
  const point = (at: number) => ({ x: anchor.x + row[at]!, y: anchor.y + row[at + 1]! });
  const points = Object.fromEntries(pointNames.map((name, i) => [name, point(4 + 2 * i)]));
  return { score, centre: point(0), width: row[2]!, height: row[3]!, points };
}

function sigmoid(logit: number, limit: number): number {
  return 1 / (1 + Math.exp(-Math.max(-limit, Math.min(limit, logit))));
}

/** Greedy non-maximum suppression: the best first, each one that overlaps a better one by `minOverlap` is dropped. */
export function suppressOverlaps(detections: readonly Detection[], minOverlap: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.every((better) => overlap(better, candidate) < minOverlap)) kept.push(candidate);
  }
  return kept;
}

/** Intersection over union of the boxes. */
export function overlap(a: Detection, b: Detection): number {
  const shared = (axis: 'x' | 'y', size: 'width' | 'height') =>
    Math.max(
      0,
      Math.min(a.centre[axis] + a[size] / 2, b.centre[axis] + b[size] / 2) -
        Math.max(a.centre[axis] - a[size] / 2, b.centre[axis] - b[size] / 2),
    );
  const intersection = shared('x', 'width') * shared('y', 'height');
  const union = a.width * a.height + b.width * b.height - intersection;
  return union > 0 ? intersection / union : 0;
}
