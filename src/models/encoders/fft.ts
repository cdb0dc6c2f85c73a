/**
 * Mixed-radix complex FFT of a fixed size whose prime factors are 2, 3 and 5 (Whisper's 400 = 4·4·5·5), in the
 * Stockham form: no bit reversal, each stage reads one pair of arrays and writes the other.
 * Van Loan, Computational Frameworks for the Fast Fourier Transform, section 1.7.
 */
export class Fft {
  private readonly stages: readonly Stage[];
  private readonly spareRe: Float64Array;
  private readonly spareIm: Float64Array;

  /** Throws RangeError when `size` has a prime factor above 5. */
  constructor(readonly size: number) {
    this.stages = stagesOf(size);
    this.spareRe = new Float64Array(size);
    this.spareIm = new Float64Array(size);
  }

  /** Forward transform in place, unscaled: X[k] = sum of x[n] e^(-2πi kn/size). */
  transform(re: Float64Array, im: Float64Array): void {
    let [fromRe, fromIm, toRe, toIm] = [re, im, this.spareRe, this.spareIm];
    for (const stage of this.stages) {
      runStage(stage, fromRe, fromIm, toRe, toIm);
      [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
    }
    if (fromRe !== re) {
      re.set(fromRe);
      im.set(fromIm);
    }
  }
}

interface Stage {
  readonly radix: number;
  /** Length of what is left to transform, divided by the radix. */
  readonly groups: number;
  /** Product of the radices before: how many transforms run side by side. */
  readonly stride: number;
  /** e^(-2πi pk/(radix·groups)) at [p·radix + k]. */
  readonly twiddleRe: Float64Array;
  readonly twiddleIm: Float64Array;
  /** e^(-2πi jk/radix) at [j·radix + k]. */
  readonly rootRe: Float64Array;
  readonly rootIm: Float64Array;
}

function stagesOf(size: number): Stage[] {
  const stages: Stage[] = [];
  let left = size;
  let stride = 1;
  for (const radix of [4, 2, 3, 5]) {
    while (left % radix === 0 && left > 1) {
      const groups = left / radix;
      const [twiddleRe, twiddleIm] = table(groups, radix, left);
      const [rootRe, rootIm] = table(radix, radix, radix);
      stages.push({ radix, groups, stride, twiddleRe, twiddleIm, rootRe, rootIm });
      left = groups;
      stride *= radix;
    }
  }
  if (left !== 1) throw new RangeError(`FFT of ${size}: a prime factor above 5`);
  return stages;
}

function table(rows: number, columns: number, period: number): [Float64Array, Float64Array] {
  const re = new Float64Array(rows * columns);
  const im = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const angle = (-2 * Math.PI * ((row * column) % period)) / period;
      re[row * columns + column] = Math.cos(angle);
      im[row * columns + column] = Math.sin(angle);
    }
  }
  return [re, im];
}

/** y[q + s(rp + k)] = w^(pk) · sum over j of x[q + s(p + mj)] e^(-2πi jk/r). Inner loops hold no allocation. */
function runStage(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  if (stage.radix === 4) return runRadix4(stage, xr, xi, yr, yi);
  const { radix, groups, stride, twiddleRe, twiddleIm, rootRe, rootIm } = stage;
  for (let p = 0; p < groups; p++) {
    for (let k = 0; k < radix; k++) {
      const wr = twiddleRe[p * radix + k]!;
      const wi = twiddleIm[p * radix + k]!;
      for (let q = 0; q < stride; q++) {
        let sumRe = 0;
        let sumIm = 0;
        for (let j = 0; j < radix; j++) {
          const at = q + stride * (p + groups * j);
          const rr = rootRe[j * radix + k]!;
          const ri = rootIm[j * radix + k]!;
          sumRe += xr[at]! * rr - xi[at]! * ri;
          sumIm += xr[at]! * ri + xi[at]! * rr;
        }
        const to = q + stride * (radix * p + k);
        yr[to] = sumRe * wr - sumIm * wi;
        yi[to] = sumRe * wi + sumIm * wr;
      }
    }
  }
}

function runRadix4(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { groups, stride, twiddleRe, twiddleIm } = stage;
  const leap = stride * groups;
  for (let p = 0; p < groups; p++) {
    const w = 4 * p;
    for (let q = 0; q < stride; q++) {
      const from = q + stride * p;
      const evenRe = xr[from]! + xr[from + 2 * leap]!;
      const evenIm = xi[from]! + xi[from + 2 * leap]!;
      const evenDifferenceRe = xr[from]! - xr[from + 2 * leap]!;
      const evenDifferenceIm = xi[from]! - xi[from + 2 * leap]!;
      const oddRe = xr[from + leap]! + xr[from + 3 * leap]!;
      const oddIm = xi[from + leap]! + xi[from + 3 * leap]!;
      const oddDifferenceRe = xr[from + leap]! - xr[from + 3 * leap]!;
      const oddDifferenceIm = xi[from + leap]! - xi[from + 3 * leap]!;
      const to = q + stride * 4 * p;
      yr[to] = evenRe + oddRe;
      yi[to] = evenIm + oddIm;
      let re = evenDifferenceRe + oddDifferenceIm;
      let im = evenDifferenceIm - oddDifferenceRe;
      yr[to + stride] = re * twiddleRe[w + 1]! - im * twiddleIm[w + 1]!;
      yi[to + stride] = re * twiddleIm[w + 1]! + im * twiddleRe[w + 1]!;
      re = evenRe - oddRe;
      im = evenIm - oddIm;
      yr[to + 2 * stride] = re * twiddleRe[w + 2]! - im * twiddleIm[w + 2]!;
      yi[to + 2 * stride] = re * twiddleIm[w + 2]! + im * twiddleRe[w + 2]!;
      re = evenDifferenceRe - oddDifferenceIm;
      im = evenDifferenceIm + oddDifferenceRe;
      yr[to + 3 * stride] = re * twiddleRe[w + 3]! - im * twiddleIm[w + 3]!;
      yi[to + 3 * stride] = re * twiddleIm[w + 3]! + im * twiddleRe[w + 3]!;
    }
  }
}
