import { readFileSync } from 'node:fs';
import { parseFusionCalibration } from '../../fusion/calibration';
import type { Face, SessionPool } from '../../inference/inference-pool';
import { ScriptedPool } from '../../models/scripted-pool';
import { FaceMeasurement } from './face-measurement';
import type { MeasuredFace } from './messages';

const CALIBRATION = parseFusionCalibration(JSON.parse(readFileSync('models/fusion/model.json', 'utf8')));
const CONFIG = { threshold: 0.6, min_size: 60 };
const SIZE = { width: 1000, height: 500 };
const STILL = Uint8Array.of(0xff, 0xd8, 1);
const face = (score: number, box: Face['box'], features = 0): Face => ({
  score,
  box,
  features: new Float32Array(features).fill(0.1),
});

/** The faces of the stills that come, each in its turn; the fusion network is the scripted one. */
function measuring(...stills: (readonly Face[])[]) {
  const scripted = new ScriptedPool();
  const asked: unknown[] = [];
  const submit = (async (kind, input, options) => {
    if (kind !== 'face-tokens') return scripted.submit(kind, input, options);
    asked.push((input as { customer?: unknown }).customer);
    return { output: { faces: stills.shift() }, waitMs: 0, modelMs: 0 };
  }) as SessionPool['submit'];
  return { asked, faces: new FaceMeasurement({ submit, models: [] }, CALIBRATION, 'session') };
}

function facesOf(found: Awaited<ReturnType<FaceMeasurement['measure']>>): readonly MeasuredFace[] {
  return 'faces' in found ? found.faces : [];
}

describe('faces of single images', () => {
  it('measures the one whose features there are, and lists the others: boxes in pixels, small and unsure ones not', async () => {
    const { faces } = measuring([
      face(0.8, [0.1, 0.2, 0.2, 0.4], 192),
      face(0.95, [0.6, 0.2, 0.1, 0.2]),
      face(0.99, [0.8, 0.2, 0.05, 0.2]),
      face(0.5, [0.4, 0.2, 0.2, 0.4]),
    ]);
    const found = await faces.measure(STILL, SIZE, 0, CONFIG);
    expect(found).toMatchObject({
      faces: [
        { face_id: 0, bbox: [100, 100, 300, 300], confidence: 0.8, descriptions: [] },
        { face_id: null, bbox: [600, 100, 700, 200], confidence: 0.95, expressions: null, descriptions: null },
      ],
    });
    const expressions = facesOf(found)[0]!.expressions!;
    const sum = expressions.reduce((total, { probability }) => total + probability, 0);
    expect(expressions.length).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1.0001);
  });

  it('a face keeps its id while it is there, another one gets another, and the models are told where it was', async () => {
    const { asked, faces } = measuring(
      [face(0.9, [0.1, 0.2, 0.2, 0.4], 192)],
      [face(0.9, [0.12, 0.2, 0.2, 0.4], 192)],
      [],
      [face(0.9, [0.7, 0.2, 0.2, 0.4], 192)],
    );
    const ids: unknown[] = [];
    for (const atMs of [0, 400, 10_000, 10_400]) {
      const found = await faces.measure(STILL, SIZE, atMs, CONFIG);
      ids.push(facesOf(found).map((one) => one.face_id));
    }
    expect(ids).toEqual([[0], [0], [], [1]]);
    expect(asked).toEqual([undefined, [0.1, 0.2, 0.2, 0.4], undefined, undefined]);
  });

  it('says of what is no image that it is none', async () => {
    const faces = new FaceMeasurement(new ScriptedPool(), CALIBRATION, 'session');
    expect(await faces.measure(Uint8Array.of(1, 2), SIZE, 0, CONFIG)).toEqual({ refused: 'not_a_still' });
  });
});
