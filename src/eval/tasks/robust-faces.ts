import { readFaces } from '../corpora/faces';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { accuracy as accuracyOf } from '../metrics/judged';
import { type Figure, figure, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { Served } from '../served';
import { blurred, dark, halfHidden, ofFewPixels } from '../signal/face-distortions';
import { ExpressionNetwork } from './expression-network';
import { accuracy, fuseFaces, macroRecall, seeFaces } from './seen-faces';

const SMOKE_FACES = 60;

const CONDITIONS: Readonly<Record<string, (pixels: Uint8Array) => ArrayLike<number>>> = {
  'as they are': (pixels) => pixels,
  'blurred (deviation of 2 px)': blurred,
  'lower half hidden': halfHidden,
  'low resolution (12 px a side)': (pixels) => ofFewPixels(pixels, 12),
  'dark (an eighth of the light, with grain)': dark,
};

/** The test part of FER+, strict majority: the pictures are cut already, so the detector has no part in it. */
export async function faceRobustness({ preparedDir, modelsDir, workers, smoke }: EvalOptions): Promise<Figure[]> {
  const faces = readFaces(preparedDir)
    .filter(({ majority }) => majority !== undefined)
    .slice(0, smoke ? SMOKE_FACES : undefined);
  const served = await Served.open(modelsDir, workers);
  const network = await ExpressionNetwork.open(served.models.expression);
  const figures: Figure[] = [];
  try {
    for (const [condition, distort] of Object.entries(CONDITIONS)) {
      const cut = faces.map(({ pixels, majority }) => ({ pixels: distort(pixels), truth: majority! }));
      const seen = await seeFaces(network, cut, progressOf(`robustness, face, ${condition}`, cut.length));
      const fused = await fuseFaces(served, seen);
      figures.push(
        figure(`${condition}: FER+ test, accuracy, 8 classes`, bootstrap(seen, accuracy), 'share'),
        figure(`${condition}: macro-recall, 7 classes`, bootstrap(seen, macroRecall), 'share'),
        figure(`${condition}: fusion of one face, accuracy`, bootstrap(fused, accuracyOf), 'share'),
        plain(`${condition}: its calibration error`, calibrationError(fused.map(({ told }) => told)), 'share'),
        plain(`${condition}: pictures`, seen.length, 'count'),
      );
    }
  } finally {
    await network.release();
    await served.close();
  }
  return figures;
}
