import type { ExpressionParameters } from '../runtime/manifest';
import type { Picture, Point } from './picture';

/**
 * A face as the expression network was trained on it: grey, turned about the middle of the eyes until they are level,
 * cut so that the eyes stand at their fixed place, [faceSizePx, faceSizePx] in model numbers.
 * `rightEye` and `leftEye` are the person's, in pixels of the picture. Borders are repeated.
 */
export function cropFace(
  picture: Picture,
  rightEye: Point,
  leftEye: Point,
  options: ExpressionParameters,
): Float32Array {
  const { faceSizePx, eyesMiddleXPx, eyesMiddleYPx, valueScale, valueOffset } = options;
  const across = { x: leftEye.x - rightEye.x, y: leftEye.y - rightEye.y };
  const eyeDistance = Math.max(Math.hypot(across.x, across.y), 1);
  const side = options.sidePerEyeDistance * eyeDistance;
  const middle = { x: (rightEye.x + leftEye.x) / 2, y: (rightEye.y + leftEye.y) / 2 };
  // Picture pixels for one step to the right in the crop; down is the same turned by 90 degrees.
  const step = { x: (across.x / eyeDistance) * (side / faceSizePx), y: (across.y / eyeDistance) * (side / faceSizePx) };
  const place = (column: number, row: number): Point => ({
    x: middle.x + (column - eyesMiddleXPx) * step.x - (row - eyesMiddleYPx) * step.y,
    y: middle.y + (column - eyesMiddleXPx) * step.y + (row - eyesMiddleYPx) * step.x,
  });

  const sigma = side > options.blurMinSidePx ? side * options.blurSigmaPerSide : 0;
  const corners = [place(0, 0), place(faceSizePx, 0), place(0, faceSizePx), place(faceSizePx, faceSizePx)];
  const grey = greyAround(picture, corners, Math.ceil(3 * sigma) + 1, options.greyWeights);
  if (sigma > 0) blur(grey, sigma);

  const face = new Float32Array(faceSizePx * faceSizePx);
  for (let row = 0; row < faceSizePx; row++) {
    for (let column = 0; column < faceSizePx; column++) {
      const { x, y } = place(column, row);
      face[row * faceSizePx + column] = bilinear(grey, x - grey.left, y - grey.top) / valueScale + valueOffset;
    }
  }
  return face;
}

interface GreyPatch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The part of the picture around the corners and no more: a face is mostly a small part of its still. */
function greyAround(
  { width, height, rgb }: Picture,
  corners: readonly Point[],
  margin: number,
  [red, green, blue]: readonly [number, number, number],
): GreyPatch {
  const clamp = (value: number, top: number) => Math.max(0, Math.min(top, value));
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  const left = clamp(Math.floor(Math.min(...xs)) - margin, width - 1);
  const top = clamp(Math.floor(Math.min(...ys)) - margin, height - 1);
  const right = clamp(Math.ceil(Math.max(...xs)) + margin, width - 1);
  const bottom = clamp(Math.ceil(Math.max(...ys)) + margin, height - 1);
  const patch = { left, top, width: right - left + 1, height: bottom - top + 1 };
  const values = new Float32Array(patch.width * patch.height);
  for (let y = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++) {
      const at = ((top + y) * width + left + x) * 3;
      values[y * patch.width + x] = red * rgb[at]! + green * rgb[at + 1]! + blue * rgb[at + 2]!;
    }
  }
  return { ...patch, values };
}

/** Gaussian, separable, three sigma wide, borders repeated. In place. */
function blur({ width, height, values }: GreyPatch, sigma: number): void {
  const reach = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  kernel.forEach((weight, i) => (kernel[i] = weight / sum));
  const line = new Float32Array(Math.max(width, height) + 2 * reach);
  const along = (start: number, stride: number, length: number) => {
    for (let i = 0; i < length + 2 * reach; i++) {
      line[i] = values[start + Math.max(0, Math.min(length - 1, i - reach)) * stride]!;
    }
    for (let i = 0; i < length; i++) {
      let blurred = 0;
      for (let j = 0; j < kernel.length; j++) blurred += kernel[j]! * line[i + j]!;
      values[start + i * stride] = blurred;
    }
  };
  for (let y = 0; y < height; y++) along(y * width, 1, width);
  for (let x = 0; x < width; x++) along(x, width, height);
}

function bilinear({ width, height, values }: GreyPatch, x: number, y: number): number {
  const left = Math.max(0, Math.min(width - 1, x));
  const top = Math.max(0, Math.min(height - 1, y));
  const x0 = Math.floor(left);
  const y0 = Math.floor(top);
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const upper = values[y0 * width + x0]! * (x0 + 1 - left) + values[y0 * width + x1]! * (left - x0);
  const lower = values[y1 * width + x0]! * (x0 + 1 - left) + values[y1 * width + x1]! * (left - x0);
  return upper * (y0 + 1 - top) + lower * (top - y0);
}
