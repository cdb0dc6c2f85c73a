import fc from 'fast-check';
import { Fft } from './fft';

function naive(re: readonly number[], im: readonly number[]): [number[], number[]] {
  const size = re.length;
  const outRe: number[] = [];
  const outIm: number[] = [];
  for (let k = 0; k < size; k++) {
    let sumRe = 0;
    let sumIm = 0;
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      sumRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
      sumIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
    }
    outRe.push(sumRe);
    outIm.push(sumIm);
  }
  return [outRe, outIm];
}

describe('Fft', () => {
  const value = fc.double({ min: -1, max: 1, noNaN: true });

  it('equals the definition for every size of factors 2, 3 and 5', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 25, 32, 45, 60, 64, 100, 200, 400).chain((size) => {
          const part = fc.array(value, { minLength: size, maxLength: size });
          return fc.tuple(part, part);
        }),
        ([inRe, inIm]) => {
          const re = Float64Array.from(inRe);
          const im = Float64Array.from(inIm);
          new Fft(re.length).transform(re, im);
          const [wantRe, wantIm] = naive(inRe, inIm);
          wantRe.forEach((want, k) => expect(re[k]).toBeCloseTo(want, 9));
          wantIm.forEach((want, k) => expect(im[k]).toBeCloseTo(want, 9));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a size with another factor', () => {
    expect(() => new Fft(14)).toThrow('FFT of 14');
  });
});
