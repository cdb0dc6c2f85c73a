import { FACE_SIZE_PX } from '../corpora/faces';
import { blurred, dark, halfHidden, ofFewPixels } from './face-distortions';

/** Grey that grows from left to right. */
const ramp = Uint8Array.from({ length: FACE_SIZE_PX ** 2 }, (_, i) => 5 * (i % FACE_SIZE_PX));
const mean = (pixels: ArrayLike<number>): number => Array.from(pixels).reduce((a, b) => a + b, 0) / pixels.length;

test('few pixels keep the mean grey, and each cell has one value', () => {
  const coarse = ofFewPixels(ramp, 12);
  expect(mean(coarse)).toBeCloseTo(mean(ramp), -1);
  expect(new Set(coarse).size).toBe(12);
  expect(new Set([0, 1, 2, 3].map((x) => coarse[x])).size).toBe(1);
  expect(coarse[4]).not.toBe(coarse[3]);
});

test('in the dark an eighth of the light is left, with grain', () => {
  const seen = dark(ramp);
  expect(mean(seen)).toBeGreaterThan(mean(ramp) / 10);
  expect(mean(seen)).toBeLessThan(mean(ramp) / 6);
  expect(new Set(seen.filter((_, i) => i % FACE_SIZE_PX === 40)).size).toBeGreaterThan(3);
  expect(dark(ramp)).toEqual(seen);
});

test('a blur smooths an edge and leaves what is even; a hidden half is grey', () => {
  const edge = Uint8Array.from({ length: FACE_SIZE_PX ** 2 }, (_, i) => (i % FACE_SIZE_PX < 24 ? 0 : 200));
  const soft = blurred(edge);
  expect(soft[23]).toBeGreaterThan(50);
  expect(soft[24]).toBeLessThan(150);
  expect(soft[0]).toBeCloseTo(0);
  expect(new Set(halfHidden(edge).subarray(FACE_SIZE_PX ** 2 / 2))).toEqual(new Set([128]));
});
