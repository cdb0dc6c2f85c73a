import { letterbox } from './letterbox';
import type { Picture } from './picture';

const plain = (width: number, height: number, value: number): Picture => ({
  width,
  height,
  rgb: new Uint8Array(width * height * 3).fill(value),
});
const at = (values: Float32Array, size: number, x: number, y: number) => values[(y * size + x) * 3];

describe('letterbox', () => {
  it.each([
    [640, 360],
    [360, 640],
    [20, 10],
    [128, 128],
    [4, 300],
  ])('fits %d x %d with black borders and keeps a plain colour', (width, height) => {
    const { values, scale, left, top } = letterbox(plain(width, height, 255), 128, 127.5, -1);
    expect(scale).toBe(Math.max(width, height) / 128);
    expect(at(values, 128, 64, 64)).toBeCloseTo(1, 5);
    expect(at(values, 128, left, top)).toBeCloseTo(1, 5);
    if (top > 0) expect(at(values, 128, 64, top - 1)).toBe(-1);
    if (left > 0) expect(at(values, 128, left - 1, 64)).toBe(-1);
    expect(at(values, 128, 127 - left, 127 - top)).toBeCloseTo(1, 5);
  });

  it('puts a place of the picture where scale and border say', () => {
    const picture = plain(640, 320, 0);
    for (let y = 100; y < 110; y++) picture.rgb.fill(200, (y * 640 + 400) * 3, (y * 640 + 410) * 3);
    const { values, scale, left, top } = letterbox(picture, 128, 1, 0);
    let brightest = 0;
    for (let i = 0; i < values.length; i += 3) if (values[i]! > values[brightest]!) brightest = i;
    const x = (brightest / 3) % 128;
    const y = Math.floor(brightest / 3 / 128);
    expect((x + 0.5 - left) * scale).toBeCloseTo(405, -1);
    expect((y + 0.5 - top) * scale).toBeCloseTo(105, -1);
  });
});
