import fc from 'fast-check';
import { MAX_SNIPPET_MS, snippetOf } from './snippet';

describe('a piece of voice to search by', () => {
  it('is the mean of its channels, at full scale and never beyond it', () => {
    const left = new Float32Array(3200).fill(1);
    expect(snippetOf([left])!.pcm[0]).toBe(32_767);
    expect(snippetOf([left, left.map(() => -1)])!.pcm[3199]).toBe(0);
    expect(snippetOf([left.map(() => 7), left.map(() => 2)])!.pcm[0]).toBe(32_767);
    expect(snippetOf([left.map(() => -7)])!.pcm[0]).toBe(-32_767);
  });

  it('is none below 0.2 s, and the first 15 s of more', () => {
    expect(snippetOf([])).toBeUndefined();
    expect(snippetOf([new Float32Array(3199)])).toBeUndefined();
    expect(snippetOf([new Float32Array(3200)], 'a.wav')).toMatchObject({
      durationMs: 200,
      isCut: false,
      name: 'a.wav',
    });
    const long = snippetOf([new Float32Array(16_000 * 16)])!;
    expect([long.durationMs, long.isCut, long.pcm.byteLength]).toEqual([MAX_SNIPPET_MS, true, 480_000]);
  });

  it('keeps each sample of one channel to within a step', () => {
    const sample = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (some) => {
        const samples = Float32Array.from({ length: 3200 }, (_, i) => some[i % some.length]!);
        const { pcm } = snippetOf([samples])!;
        for (const [i, value] of pcm.entries()) expect(Math.abs(value / 32_767 - samples[i]!)).toBeLessThan(1 / 32_767);
      }),
      { numRuns: 20 },
    );
  });
});
