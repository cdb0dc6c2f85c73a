import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFaces } from '../../src/models/encoders/blazeface';
import { loadManifests } from '../../src/models/runtime/model-folder';
import { readNpz } from '../../src/models/runtime/npz';
import { MODELS_DIR } from './models-dir';

interface DecodedFace {
  readonly score: number;
  readonly boxPx: {
    readonly centreX: number;
    readonly centreY: number;
    readonly width: number;
    readonly height: number;
  };
  readonly pointsPx: Readonly<Record<string, readonly [number, number]>>;
}

describe('the faces in the golden outputs of the detector', () => {
  it('are where Python decodes them, and noise is none', async () => {
    const { path, manifest } = (await loadManifests(MODELS_DIR))['face-detection'];
    const golden = readNpz(readFileSync(join(path, manifest.golden.file)));
    const decoded = JSON.parse(readFileSync(join(path, 'fixtures', 'decoded.json'), 'utf8')) as Record<
      string,
      DecodedFace
    >;
    for (const { name, graph } of manifest.golden.cases) {
      const wanted = decoded[name] as DecodedFace;
      const [best, ...others] = decodeFaces((output) => golden.get(`${graph}/${name}/out/${output}`)!.data, {
        ...manifest.parameters,
        minScore: Math.min(manifest.parameters.minScore, wanted.score - 0.001),
      });
      expect(best?.score).toBeCloseTo(wanted.score, 3);
      expect(best?.centre.x).toBeCloseTo(wanted.boxPx.centreX, 2);
      expect(best?.centre.y).toBeCloseTo(wanted.boxPx.centreY, 2);
      expect(best?.width).toBeCloseTo(wanted.boxPx.width, 2);
      expect(best?.height).toBeCloseTo(wanted.boxPx.height, 2);
      for (const [point, [x, y]] of Object.entries(wanted.pointsPx)) {
        expect(best?.points[point]?.x).toBeCloseTo(x, 2);
        expect(best?.points[point]?.y).toBeCloseTo(y, 2);
      }
      if (wanted.score >= manifest.parameters.minScore) expect(others).toEqual([]);
      else
        expect(
          decodeFaces((output) => golden.get(`${graph}/${name}/out/${output}`)!.data, manifest.parameters),
        ).toEqual([]);
    }
  });
});
