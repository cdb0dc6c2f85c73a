import { cropFace } from './face-crop';
import type { Picture, Point } from './picture';

const options = {
  faceSizePx: 48,
  greyWeights: [0.299, 0.587, 0.114] as [number, number, number],
  valueScale: 127.5,
  valueOffset: -1,
  sidePerEyeDistance: 2.7,
  eyesMiddleXPx: 24,
  eyesMiddleYPx: 19,
  blurMinSidePx: 70,
  blurSigmaPerSide: 1 / 120,
  featureWidth: 192,
};

/** A grey picture with a white disc at each point. */
function discs(width: number, height: number, points: readonly Point[], radius: number): Picture {
  const rgb = new Uint8Array(width * height * 3).fill(50);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (points.some((point) => Math.hypot(point.x - x, point.y - y) <= radius)) {
        rgb.fill(255, (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    }
  }
  return { width, height, rgb };
}

/** Centre of the bright parts left and right of the middle column. */
function brightCentre(face: Float32Array, half: 'left' | 'right'): Point {
  let [sum, x, y] = [0, 0, 0];
  face.forEach((value, i) => {
    const column = i % 48;
    if (column < 24 !== (half === 'left')) return;
    const weight = Math.max(0, value - -0.5);
    sum += weight;
    x += weight * column;
    y += weight * Math.floor(i / 48);
  });
  return { x: x / sum, y: y / sum };
}

describe('cropFace', () => {
  // 48 / 2.7 = 17.8 px between the eyes, whatever their size and tilt in the picture
  it.each([
    ['level', { x: 100, y: 120 }, { x: 150, y: 120 }],
    ['tilted', { x: 100, y: 130 }, { x: 145, y: 105 }],
    ['upside down', { x: 150, y: 120 }, { x: 100, y: 120 }],
    ['small', { x: 100, y: 120 }, { x: 118, y: 122 }],
  ])('sets %s eyes at their place', (_name, rightEye, leftEye) => {
    const radius = Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y) / 6;
    const face = cropFace(discs(300, 240, [rightEye, leftEye], radius), rightEye, leftEye, options);
    const [right, left] = [brightCentre(face, 'left'), brightCentre(face, 'right')];
    expect(right.x).toBeCloseTo(24 - 48 / 2.7 / 2, 0);
    expect(left.x).toBeCloseTo(24 + 48 / 2.7 / 2, 0);
    expect(right.y).toBeCloseTo(19, 0);
    expect(left.y).toBeCloseTo(19, 0);
  });

  it('repeats the border and maps 0-255 to the numbers of the network', () => {
    const plain = { width: 40, height: 30, rgb: new Uint8Array(40 * 30 * 3).fill(255) };
    const face = cropFace(plain, { x: -50, y: -20 }, { x: 90, y: 60 }, options);
    for (const value of face) expect(value).toBeCloseTo(1, 4);
  });

  it('weighs the colours as the eye does', () => {
    const green = { width: 20, height: 20, rgb: Uint8Array.from({ length: 1200 }, (_, i) => (i % 3 === 1 ? 255 : 0)) };
    expect(cropFace(green, { x: 5, y: 8 }, { x: 15, y: 8 }, options)[0]).toBeCloseTo((0.587 * 255) / 127.5 - 1, 4);
  });

  it('blurs a large face before it shrinks it, so that fine patterns do not alias', () => {
    const rgb = Uint8Array.from({ length: 600 * 600 * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 255);
    const face = cropFace({ width: 600, height: 600, rgb }, { x: 200, y: 250 }, { x: 400, y: 250 }, options);
    for (const value of face) expect(Math.abs(value)).toBeLessThan(0.02);
  });
});
