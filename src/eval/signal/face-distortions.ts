import { FACE_SIZE_PX } from '../corpora/faces';

const DEVIATION_PX = 2;
const REACH_PX = 3 * DEVIATION_PX;
/** The mean grey: what stands before a hidden half. */
const GREY = 128;

/** A Gaussian blur, the border repeated: a camera out of focus. */
export function blurred(pixels: Uint8Array): Float32Array {
  const across = smoothed(pixels, (x, y) => y * FACE_SIZE_PX + x);
  return smoothed(across, (y, x) => y * FACE_SIZE_PX + x);
}

/** The lower half grey: a hand or a mask. */
export function halfHidden(pixels: Uint8Array): Uint8Array {
  return pixels.slice().fill(GREY, pixels.length / 2);
}

/** Along the first coordinate of `at`. */
function smoothed(pixels: ArrayLike<number>, at: (along: number, across: number) => number): Float32Array {
  const out = new Float32Array(pixels.length);
  const weights = Array.from({ length: 2 * REACH_PX + 1 }, (_, i) =>
    Math.exp(-(((i - REACH_PX) / DEVIATION_PX) ** 2) / 2),
  );
  const whole = weights.reduce((a, b) => a + b, 0);
  for (let across = 0; across < FACE_SIZE_PX; across++) {
    for (let along = 0; along < FACE_SIZE_PX; along++) {
      let sum = 0;
      weights.forEach((weight, i) => {
        const near = Math.max(0, Math.min(FACE_SIZE_PX - 1, along + i - REACH_PX));
        sum += weight * pixels[at(near, across)]!;
      });
      out[at(along, across)] = sum / whole;
    }
  }
  return out;
}
