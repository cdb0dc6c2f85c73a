import { join } from 'node:path';
import sharp from 'sharp';
import type { Face, InferencePool } from '../../src/inference/inference-pool';
import { ENCODE_DEFAULTS } from '../../src/models/encode/encode-options';
import { FaceWatch } from '../../src/models/encode/face-watch';
import { WorkerPool } from '../../src/models/runtime/worker-pool';
import { MODELS_DIR } from './models-dir';

/** The middle of a frame of the sample call, 320 x 240: a drawn face. */
const FRAME = join(__dirname, '../../sample/frames/000000.jpg');
const FACE = sharp(FRAME).extract({ left: 64, top: 0, width: 192, height: 240 });

/** A picture of 1280 x 720 with faces at these places: left edge and width of each, px. */
async function picture(...faces: readonly (readonly [left: number, width: number])[]): Promise<Uint8Array> {
  const parts = await Promise.all(
    faces.map(async ([left, width]) => ({ input: await FACE.clone().resize(width).toBuffer(), left, top: 20 })),
  );
  const canvas = sharp({ create: { width: 1280, height: 720, channels: 3, background: '#808080' } });
  return new Uint8Array(await canvas.composite(parts).jpeg().toBuffer());
}

/** The real detector and expression model. */
const job = () => ({ sessionId: 's', jobClass: 'assessment' as const });

describe('the face of the customer', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start({ modelsDir: MODELS_DIR, workers: 1 });
  }, 60_000);
  afterAll(() => pool.close());

  it('stays while somebody larger passes, whose expression is never computed', async () => {
    const answers: (readonly Face[])[] = [];
    const listening: Pick<InferencePool, 'submit'> = {
      submit: async (kind, input, options) => {
        const result = await pool.submit(kind, input, options);
        answers.push((result.output as { faces: readonly Face[] }).faces);
        return result;
      },
    };
    const watch = new FaceWatch(listening, ENCODE_DEFAULTS);
    const scenes: (readonly (readonly [number, number])[])[] = [
      ...[40, 45, 50, 55].map((left) => [[left, 400] as const]),
      ...[60, 65].map((left) => [[left, 400] as const, [640, 560] as const]), // the larger one at the right
      [[70, 400]],
    ];
    const stills = await Promise.all(
      scenes.map(async (faces, i) => ({
        streamName: 'customer-video-3',
        party: 'customer' as const,
        ptsMs: i * 500,
        still: await picture(...faces),
      })),
    );
    const { seen } = await watch.look(stills, job);
    expect(seen.map(({ ptsMs, faceId }) => [ptsMs, faceId])).toEqual(
      stills.map(({ ptsMs }) => [ptsMs, 'customer-video-3-face-1']),
    );
    expect(answers.map((faces) => faces.length)).toEqual([1, 1, 1, 1, 2, 2, 1]);
    for (const faces of answers) {
      for (const { box, features } of faces)
        expect([box[0] < 0.5, features.length]).toEqual([box[0] < 0.5, box[0] < 0.5 ? 256 : 0]);
    }
    expect(answers[4]![0]!.box[2]).toBeGreaterThan(answers[4]![1]!.box[2]);
    expect(answers[4]![0]!.features.length).toBe(0);

    // The same still again costs nothing; alone with it, one without a past looks at the larger.
    const count = answers.length;
    await watch.look([{ ...stills[6]!, ptsMs: 3500 }], job);
    expect(answers.length).toBe(count);
    await new FaceWatch(listening, ENCODE_DEFAULTS).look([stills[4]!], job);
    expect(answers.at(-1)!.map(({ features }) => features.length)).toEqual([256, 0]);
  });
});
