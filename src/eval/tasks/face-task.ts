import { type Expression, EXPRESSIONS, readFaces, type VotedFace } from '../corpora/faces';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError, type Told } from '../metrics/calibration';
import { Confusion } from '../metrics/confusion';
import { confusionPicture } from '../report/confusion-picture';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { reliabilityPicture } from '../report/reliability-picture';
import { Served } from '../served';
import { blurred, halfHidden } from '../signal/face-distortions';
import { EMOTION_OF, ExpressionNetwork, type Read } from './expression-network';

interface SeenFace extends Read {
  readonly truth: Expression;
}

const SEVEN = EXPRESSIONS.filter((name) => name !== 'contempt');
const SMOKE_FACES = 100;

/** FER+ pictures on whose expression more than half of the voters agree: the network alone, then fusion of one face. */
export async function evaluateFace({ preparedDir, modelsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const faces = readFaces(preparedDir).filter(({ majority }) => majority !== undefined);
  const some = smoke ? faces.slice(0, SMOKE_FACES) : faces;
  const served = await Served.open(modelsDir, workers);
  const network = await ExpressionNetwork.open(served.models.expression);
  const seeAll = async (name: string, distort: (face: VotedFace) => ArrayLike<number>): Promise<SeenFace[]> => {
    const tell = progressOf(`face, ${name}`, some.length);
    const seen: SeenFace[] = [];
    for (const face of some) {
      seen.push({ truth: face.majority!, ...(await network.read(distort(face))) });
      tell();
    }
    return seen;
  };
  try {
    const plainly = await seeAll('as they are', ({ pixels }) => pixels);
    const fused = await fuse(served, plainly);
    const figures = [...ofNetwork(plainly), ...ofFusion(fused)];
    for (const [name, distort] of [
      ['blurred (deviation of 2 px)', blurred],
      ['lower half hidden', halfHidden],
    ] as const) {
      const seen = await seeAll(name, ({ pixels }) => distort(pixels));
      figures.push(figure(`FER+ test, ${name}: accuracy, 8 classes`, bootstrap(seen, accuracy), 'share'));
    }
    keep(outDir, 'accuracy-face', figures, 'npm run eval -- face', {
      'confusion-face': confusionPicture('FER+ test, strict majority', confusionOf(plainly)),
      'reliability-face': reliabilityPicture('FER+ test, fusion of one face', fused),
    });
  } finally {
    await network.release();
    await served.close();
  }
}

async function fuse(served: Served, seen: readonly SeenFace[]): Promise<Told[]> {
  const told: Told[] = [];
  for (const { truth, features } of seen.filter(({ truth }) => truth !== 'contempt')) {
    const { label, probabilities } = await served.emotion({ face: features });
    told.push({ confidence: Math.max(...probabilities), right: label === EMOTION_OF[truth] });
  }
  return told;
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

function ofFusion(told: readonly Told[]): Figure[] {
  const right = (all: readonly Told[]): number => all.filter((one) => one.right).length / Math.max(1, all.length);
  return [
    figure('FER+ test, fusion of one face: accuracy, 7 emotions', bootstrap(told, right), 'share'),
    plain('FER+ test, fusion of one face: expected calibration error', calibrationError(told), 'share', {
      atMost: 0.05,
    }),
  ];
}

function accuracy(seen: readonly SeenFace[]): number {
  return seen.filter(({ truth, answer }) => truth === answer).length / Math.max(1, seen.length);
}

/** An answer of contempt counts as wrong, so it stays among the labels. */
function macroRecall(seen: readonly SeenFace[]): number {
  return confusionOf(seen.filter(({ truth }) => truth !== 'contempt')).macroRecall;
}

function confusionOf(seen: readonly SeenFace[]): Confusion<Expression> {
  return Confusion.of<Expression>(
    EXPRESSIONS,
    seen.map(({ truth, answer }) => [truth, answer]),
  );
}
