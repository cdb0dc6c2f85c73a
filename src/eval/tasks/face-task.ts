import { type Expression, EXPRESSIONS, readFaces } from '../corpora/faces';
import { readPosedFaces } from '../corpora/posed-faces';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { Confusion } from '../metrics/confusion';
import { accuracy as accuracyOf, type Judged } from '../metrics/judged';
import { confusionPicture } from '../report/confusion-picture';
import { domainFigures, ECE_TARGET } from '../report/domain-figures';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { reliabilityPicture } from '../report/reliability-picture';
import { Served } from '../served';
import { ExpressionNetwork } from './expression-network';
import { accuracy, fuseFaces, macroRecall, type SeenFace, seeFaces } from './seen-faces';

const COMMAND = 'npm run eval -- face';
const SEVEN = EXPRESSIONS.filter((name) => name !== 'contempt');
const SMOKE_FACES = 100;

/**
 * FER+ pictures on whose expression more than half of the voters agree: the network alone, then fusion of one face. Beside
 * them CK+48, posed faces that nothing was trained on.
 */
export async function evaluateFace({ preparedDir, modelsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const some = <T>(items: readonly T[]): readonly T[] => (smoke ? items.slice(0, SMOKE_FACES) : items);
  const faces = some(readFaces(preparedDir).filter(({ majority }) => majority !== undefined));
  const posed = some(readPosedFaces(preparedDir));
  const served = await Served.open(modelsDir, workers);
  const network = await ExpressionNetwork.open(served.models.expression);
  try {
    const seen = await seeFaces(
      network,
      faces.map(({ pixels, majority }) => ({ pixels, truth: majority! })),
      progressOf('face, FER+', faces.length),
    );
    const seenPosed = await seeFaces(
      network,
      posed.map(({ pixels, expression, subject }) => ({ pixels, truth: expression, group: subject })),
      progressOf('face, CK+48', posed.length),
    );
    const [fused, fusedPosed] = [await fuseFaces(served, seen), await fuseFaces(served, seenPosed)];
    keep(outDir, 'accuracy-face', [...ofNetwork(seen), ...ofFusion(fused)], COMMAND, {
      'confusion-face': confusionPicture('FER+ test, strict majority', confusionOf(seen)),
      'reliability-face': reliabilityPicture(
        'FER+ test, fusion of one face',
        fused.map(({ told }) => told),
      ),
    });
    const domains = [
      ...domainFigures('face, FER+ test, pictures from the web', 'in domain', fused),
      ...domainFigures('face, CK+48, posed in a laboratory', 'cross-corpus', fusedPosed),
    ];
    keep(outDir, 'domains-face', domains, COMMAND);
  } finally {
    await network.release();
    await served.close();
  }
}

function ofNetwork(seen: readonly SeenFace[]): Figure[] {
  return [
    figure('FER+ test, strict majority: accuracy, 8 classes', bootstrap(seen, accuracy), 'share', { atLeast: 0.88 }),
    figure('FER+ test, strict majority: macro-recall, 7 classes', bootstrap(seen, macroRecall), 'share', {
      atLeast: 0.7,
    }),
    ...SEVEN.map((name) => {
      const own = seen.filter(({ truth }) => truth === name);
      return figure(`FER+ test: recall of ${name}, n=${own.length}`, bootstrap(own, accuracy), 'share');
    }),
    plain('FER+ test: pictures', seen.length, 'count'),
  ];
}

function ofFusion(fused: readonly Judged[]): Figure[] {
  const name = 'FER+ test, fusion of one face';
  const ece = calibrationError(fused.map(({ told }) => told));
  return [
    figure(`${name}: accuracy, 7 emotions`, bootstrap(fused, accuracyOf), 'share'),
    plain(`${name}: expected calibration error`, ece, 'share', ECE_TARGET['in domain']),
  ];
}

function confusionOf(seen: readonly SeenFace[]): Confusion<Expression> {
  return Confusion.of<Expression>(
    EXPRESSIONS,
    seen.map(({ truth, answer }) => [truth, answer]),
  );
}
