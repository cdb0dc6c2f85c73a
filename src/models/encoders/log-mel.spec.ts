import { logMel, MEL_BANDS } from './log-mel';

describe('logMel', () => {
  const tone = Float32Array.from({ length: 16_000 }, (_, i) => 0.1 * Math.sin((2 * Math.PI * 1000 * i) / 16_000));

  it('gives 100 frames a second, an even number', () => {
    expect(logMel(tone).frames).toBe(100);
    expect(logMel(tone.subarray(0, 16_000 - 1)).frames).toBe(98);
    expect(logMel(tone, 32_000).frames).toBe(200);
    expect(logMel(tone).mel).toHaveLength(MEL_BANDS * 100);
  });

  it('puts a tone of 1 kHz into its band and nothing far from it', () => {
    const { mel, frames } = logMel(tone);
    const column = Array.from({ length: MEL_BANDS }, (_, band) => mel[band * frames + 50]!);
    const loudest = column.indexOf(Math.max(...column));
    // 80 bands are linear to 1 kHz, which is mel 15 of 45.2 at 8 kHz: band 15 / 45.2 * 81 - 1
    expect(loudest).toBeGreaterThanOrEqual(25);
    expect(loudest).toBeLessThanOrEqual(27);
    expect(column[loudest]! - column[70]!).toBeGreaterThan(1);
  });

  it('takes the zeros after the samples as if they had been sent', () => {
    const sent = new Float32Array(48_000);
    sent.set(tone);
    expect(logMel(tone, 48_000)).toEqual(logMel(sent));
  });

  it('gives finite numbers for silence', () => {
    expect(new Set(logMel(new Float32Array(3200)).mel)).toEqual(new Set([-1.5]));
  });

  it('refuses what makes no frame', () => {
    expect(() => logMel(new Float32Array(100))).toThrow(RangeError);
    expect(() => logMel(tone, 100)).toThrow(RangeError);
  });
});
