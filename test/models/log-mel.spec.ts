import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { normaliseLevel } from '../../src/models/encoders/level';
import { logMel } from '../../src/models/encoders/log-mel';
import { readNpz } from '../../src/models/runtime/npz';
import { MODELS_DIR } from './models-dir';

function greatestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('the log-mel of the model folder', () => {
  const golden = readNpz(readFileSync(join(MODELS_DIR, 'whisper-base', 'logmel.npz')));
  const wave = golden.get('wave')!.data;
  const level = golden.get('level')!.data;
  const mel = golden.get('mel')!;
  const options = { levelDb: -26, frameSamples: 400, activeRangeDb: 30, peakLimit: 0.99 };

  it('is levelled as in Python', () => {
    expect(greatestDifference(normaliseLevel(wave.slice(), options), level)).toBeLessThan(1e-5);
  });

  it('is what Python makes, to 1e-3, with the tail of zeros', () => {
    const made = logMel(level, level.length + 16_000);
    const [bands, goldenFrames] = mel.shape as [number, number];
    // The encoder takes an even number of frames, so a last odd one is left out.
    expect(made.frames).toBe(goldenFrames - (goldenFrames % 2));
    const wanted = new Float32Array(bands * made.frames);
    for (let band = 0; band < bands; band++) {
      const row = mel.data.subarray(band * goldenFrames, band * goldenFrames + made.frames);
      wanted.set(row, band * made.frames);
    }
    expect(greatestDifference(made.mel, wanted)).toBeLessThan(1e-3);
  });
});
