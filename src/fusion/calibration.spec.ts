import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMOTIONS, MODALITIES } from '@rapport-live/protocol';
import * as fc from 'fast-check';
import { calibrate, parseFusionCalibration, valenceArousal } from './calibration';
import { subsetsOf } from './subsets';

const manifest = JSON.parse(readFileSync(join(__dirname, '../../models/fusion/model.json'), 'utf8'));
const calibration = parseFusionCalibration(manifest);
const logits = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 7, maxLength: 7 });

describe('calibration', () => {
  it('reads the manifest of the fusion model and refuses one with something missing', () => {
    expect(calibration.temperatures).toEqual(manifest.parameters.temperatures);
    expect(calibration.valenceArousal.joy).toEqual([0.81, 0.51]);
    const { temperatures } = manifest.parameters;
    for (const broken of [
      { ...manifest, labels: EMOTIONS.slice(1) },
      { ...manifest, parameters: { ...manifest.parameters, temperatures: { ...temperatures, face: undefined } } },
      { ...manifest, parameters: { ...manifest.parameters, temperatures: { ...temperatures, face: 0 } } },
    ]) {
      expect(() => parseFusionCalibration(broken)).toThrow();
    }
  });

  it('gives a distribution for every subset, and keeps the order of the logits', () => {
    fc.assert(
      fc.property(logits, fc.constantFrom(...subsetsOf(MODALITIES)), (row, subset) => {
        const probabilities = calibrate(row, EMOTIONS, subset, calibration);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        const best = row.indexOf(Math.max(...row));
        expect(probabilities[best]).toBe(Math.max(...probabilities));
        const { valence, arousal } = valenceArousal(probabilities, calibration);
        expect(Math.abs(valence)).toBeLessThanOrEqual(1);
        expect(Math.abs(arousal)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('goes by the names of the outputs, never by their numbers', () => {
    const reversed = [...EMOTIONS].reverse();
    fc.assert(
      fc.property(logits, (row) => {
        expect(calibrate([...row].reverse(), reversed, ['voice'], calibration)).toEqual(
          calibrate(row, EMOTIONS, ['voice'], calibration),
        );
      }),
    );
    expect(() => calibrate([1, 2], ['anger', 'joy'], ['voice'], calibration)).toThrow('no output for disgust');
  });

  it('softens by the temperature of the subset', () => {
    const row = [3, 0, 0, 0, 0, 0, 0];
    const [voice, face] = [['voice'], ['face']].map((s) => calibrate(row, EMOTIONS, s as ['voice'], calibration)[0]);
    const softened = Math.exp(3 / manifest.parameters.temperatures.voice);
    expect(voice).toBeCloseTo(softened / (softened + 6), 9);
    expect(face).toBeGreaterThan(voice ?? 1);
  });
});
