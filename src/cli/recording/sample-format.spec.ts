import fc from 'fast-check';
import { blockBytes, deinterleave, type SampleFormat } from './sample-format';

const one = (samples: SampleFormat, bytes: ArrayLike<number>): number =>
  deinterleave(Uint8Array.from(bytes), { channels: 1, samples })[0]![0]!;

describe('deinterleave', () => {
  it('parts channels', () => {
    const bytes = Uint8Array.from([0x00, 0x40, 0x00, 0x80, 0x00, 0xc0, 0xff, 0x7f]);
    const [left, right] = deinterleave(bytes, { channels: 2, samples: 's16' });
    expect([...left!]).toEqual([0.5, -0.5]);
    expect([...right!]).toEqual([-1, 32767 / 32768]);
  });

  it.each<[SampleFormat, number[], number[], number[]]>([
    ['u8', [128], [0], [192]],
    ['s16', [0, 0], [0, 0x80], [0, 0x40]],
    ['s24', [0, 0, 0], [0, 0, 0x80], [0, 0, 0x40]],
    ['s32', [0, 0, 0, 0], [0, 0, 0, 0x80], [0, 0, 0, 0x40]],
    ['f32', [0, 0, 0, 0], [0, 0, 0x80, 0xbf], [0, 0, 0, 0x3f]],
    ['f64', [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0xf0, 0xbf], [0, 0, 0, 0, 0, 0, 0xe0, 0x3f]],
  ])('%s: nothing, the lowest, half', (samples, nothing, lowest, half) => {
    expect([one(samples, nothing), one(samples, lowest), one(samples, half)]).toEqual([0, -1, 0.5]);
  });

  it('reads A-law and mu-law by the tables of G.711', () => {
    // the loudest of each law (G.711, tables 1a and 2a): 32256 and 32124 of 16 bits
    expect([one('alaw', [0xaa]), one('mulaw', [0x80])]).toEqual([32256 / 32768, 32124 / 32768]);
    expect([one('alaw', [0x2a]), one('mulaw', [0x00])]).toEqual([-32256 / 32768, -32124 / 32768]);
  });

  it.each([NaN, Infinity, -Infinity])('what is no number is silence: %d', (sample) => {
    expect(one('f32', new Uint8Array(Float32Array.of(sample).buffer))).toBe(0);
    expect(one('f64', new Uint8Array(Float64Array.of(sample).buffer))).toBe(0);
  });

  it('24 and 32 bits are read as they were written, in place of any alignment', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8388608, max: 8388607 }), fc.nat({ max: 7 }), (value, offset) => {
        const buffer = Buffer.alloc(offset + 7);
        buffer.writeIntLE(value, offset, 3);
        buffer.writeInt32LE(value * 256, offset + 3);
        const at = (from: number, bytes: number): Uint8Array => buffer.subarray(offset + from, offset + from + bytes);
        return (
          deinterleave(at(0, 3), { channels: 1, samples: 's24' })[0]![0] === value / 8388608 &&
          deinterleave(at(3, 4), { channels: 1, samples: 's32' })[0]![0] === value / 8388608
        );
      }),
    );
  });

  it('counts bytes of a sample of all channels', () => {
    expect(blockBytes({ channels: 2, samples: 's24' })).toBe(6);
  });
});
