import type { Picture } from './picture';
import { Scratch } from './scratch';

export interface Letterbox {
  /** [sizePx, sizePx, 3], black where the picture does not reach. Valid until the next picture is fitted. */
  readonly values: Float32Array;
  /** Picture pixels for one letterbox pixel. */
  readonly scale: number;
  /** Left and top border, in letterbox pixels. */
  readonly left: number;
  readonly top: number;
}

const narrowed = new Scratch();
const fitted = new Scratch();

/** Fits a picture into a square, its shape kept, with `value / valueScale + valueOffset` as the numbers of a model. */
export function letterbox(picture: Picture, sizePx: number, valueScale: number, valueOffset: number): Letterbox {
  const scale = Math.max(picture.width, picture.height) / sizePx;
  const width = Math.min(sizePx, Math.max(1, Math.round(picture.width / scale)));
  const height = Math.min(sizePx, Math.max(1, Math.round(picture.height / scale)));
  const left = Math.floor((sizePx - width) / 2);
  const top = Math.floor((sizePx - height) / 2);

  const columns = taps(picture.width, width);
  const rows = taps(picture.height, height);
  const narrow = narrowed.take(picture.height * width * 3);
  const { rgb } = picture;
  for (let y = 0, out = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      const { first, weights } = columns[x]!;
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0, from = (y * picture.width + first) * 3; i < weights.length; i++, from += 3) {
        const weight = weights[i]!;
        red += rgb[from]! * weight;
        green += rgb[from + 1]! * weight;
        blue += rgb[from + 2]! * weight;
      }
      narrow[out] = red;
      narrow[out + 1] = green;
      narrow[out + 2] = blue;
    }
  }
  const values = fitted.take(sizePx * sizePx * 3).fill(valueOffset);
  // A row at a time, in doubles: memory is read in order.
  const sums = new Float64Array(width * 3);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y]!;
    sums.fill(0);
    for (let row = 0; row < weights.length; row++) {
      const weight = weights[row]!;
      const from = (first + row) * sums.length;
      for (let i = 0; i < sums.length; i++) sums[i]! += narrow[from + i]! * weight;
    }
    const to = ((y + top) * sizePx + left) * 3;
    for (let i = 0; i < sums.length; i++) values[to + i] = sums[i]! / valueScale + valueOffset;
  }
  return { values, scale, left, top };
}

interface Taps {
  readonly first: number;
  readonly weights: Float32Array;
}

/** Linear interpolation with a triangle as wide as the shrinking asks, so that nothing is skipped. */
function taps(from: number, to: number): readonly Taps[] {
  const key = `${from} ${to}`;
  const known = knownTaps.get(key) ?? makeTaps(from, to);
  // Cameras keep their size: the newest few are enough.
  knownTaps.delete(key);
  knownTaps.set(key, known);
  if (knownTaps.size > MAX_KNOWN_TAPS) knownTaps.delete(knownTaps.keys().next().value as string);
  return known;
}

const MAX_KNOWN_TAPS = 16;
const knownTaps = new Map<string, readonly Taps[]>();

function makeTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = Float32Array.from({ length: last - first + 1 }, (_unused, j) =>
      Math.max(0, 1 - Math.abs(first + j - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
