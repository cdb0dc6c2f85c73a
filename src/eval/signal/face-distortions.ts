import { FACE_SIZE_PX } from '../corpora/faces';
import { gaussian } from './pcm';
import { random } from './random';

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

/** A face of so many pixels a side, each the mean of what it covers, enlarged again: somebody far from the camera. */
export function ofFewPixels(pixels: Uint8Array, sidePx: number): Uint8Array {
  const cell = FACE_SIZE_PX / sidePx;
  const cellOf = (i: number): number =>
    Math.floor(Math.floor(i / FACE_SIZE_PX) / cell) * sidePx + Math.floor((i % FACE_SIZE_PX) / cell);
  const [sums, counts] = [new Float64Array(sidePx ** 2), new Float64Array(sidePx ** 2)];
  pixels.forEach((value, i) => {
    sums[cellOf(i)]! += value;
    counts[cellOf(i)]! += 1;
  });
  return pixels.map((_, i) => Math.round(sums[cellOf(i)]! / counts[cellOf(i)]!));
}

/** An eighth of the light is left, and the grain of the sensor: a dark room. */
export function dark(pixels: Uint8Array): Uint8Array {
  const next = random(pixels.reduce((sum, value) => sum + value, 0));
  return pixels.map((value) =>
    Math.max(0, Math.min(255, Math.round(value * DARK_SHARE + DARK_GRAIN * gaussian(next)))),
  );
}

const DARK_SHARE = 0.125;
/** Deviation, in steps of 255. */
const DARK_GRAIN = 3;

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
