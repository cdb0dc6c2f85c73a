import fc from 'fast-check';
import { PcmRing } from './pcm-ring';

const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

describe('PcmRing', () => {
  it('gives back what was written, however it was chunked, as long as it is in reach', () => {
    const chunks = fc.array(fc.int16Array({ maxLength: 20 }), { maxLength: 30 });
    fc.assert(
      fc.property(chunks, fc.nat(), fc.nat(), (parts, a, b) => {
        const ring = new PcmRing(32);
        const all: number[] = [];
        for (const part of parts) {
          ring.write(bytesOf(part));
          all.push(...part);
        }
        expect(ring.head).toBe(all.length);
        const oldest = Math.max(0, all.length - 32);
        const from = oldest + (a % (all.length - oldest + 1));
        const count = b % (all.length - from + 1);
        const expected = all.slice(from, from + count);
        const out = new Int16Array(count + 2);
        ring.copy(from, count, out, 1);
        expect([...out]).toEqual([0, ...expected, 0]);
        const floats = new Float32Array(count);
        ring.copyFloat(from, count, floats, 0);
        expect([...floats]).toEqual(expected.map((x) => x / 32768));
        expect(ring.energy(from, count)).toBe(expected.reduce((sum, x) => sum + x * x, 0));
      }),
    );
  });

  it('takes bytes of any alignment', () => {
    const ring = new PcmRing(4);
    ring.write(Uint8Array.of(9, 1, 0, 2, 0).subarray(1));
    const out = new Int16Array(2);
    ring.copy(0, 2, out, 0);
    expect([...out]).toEqual([1, 2]);
  });

  it('refuses what it does not hold', () => {
    const ring = new PcmRing(4);
    ring.write(new Uint8Array(12 - 4));
    ring.write(new Uint8Array(4));
    expect(() => ring.energy(1, 2)).toThrow(RangeError);
    expect(() => ring.energy(4, 3)).toThrow(RangeError);
    expect(() => ring.write(new Uint8Array(3))).toThrow(RangeError);
    expect(() => ring.write(new Uint8Array(10))).toThrow(RangeError);
  });
});
