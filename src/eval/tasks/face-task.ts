import { FACE_SIZE_PX, type Expression, EXPRESSIONS, readFaces, type VotedFace } from '../corpora/faces';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { Confusion } from '../metrics/confusion';
import { confusionPicture } from '../report/confusion-picture';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { loadManifests } from '../../models/runtime/model-folder';
import { float32, floats, Graph, output } from '../../models/runtime/onnx';
import { blurred, halfHidden } from '../signal/face-distortions';

interface SeenFace {
  readonly truth: Expression;
  readonly answer: Expression;
  readonly confidence: number;
}

/** Faces of the seven emotions alone; contempt is none of ours. */
const SEVEN = EXPRESSIONS.filter((name) => name !== 'contempt');
const SMOKE_FACES = 100;

/** The expression model on FER+ pictures on whose expression more than half of the voters agree. */
export async function evaluateFace({ preparedDir, modelsDir, outDir, smoke }: EvalOptions): Promise<void> {
  const faces = readFaces(preparedDir).filter(({ majority }) => majority !== undefined);
  const some = smoke ? faces.slice(0, SMOKE_FACES) : faces;
  const { expression } = await loadManifests(modelsDir);
  const graph = await Graph.load(expression, 'model', 'cpu');
  const labels = expression.manifest.labels as readonly Expression[];
  const { valueScale, valueOffset } = expression.manifest.parameters;
  const see = async (pixels: ArrayLike<number>): Promise<Float32Array> => {
    const values = Float32Array.from(pixels, (value) => value / valueScale + valueOffset);
    const outputs = await graph.run({ face: float32(values, [1, 1, FACE_SIZE_PX, FACE_SIZE_PX]) }, ['probs8']);
    return floats(output(outputs, 'probs8'));
  };
  const seeAll = async (name: string, distort: (face: VotedFace) => ArrayLike<number>): Promise<SeenFace[]> => {
    const tell = progressOf(`face, ${name}`, some.length);
    const seen: SeenFace[] = [];
    for (const face of some) {
      const chances = await see(distort(face));
      const at = chances.indexOf(Math.max(...chances));
      seen.push({ truth: face.majority!, answer: labels[at]!, confidence: chances[at]! });
      tell();
    }
    return seen;
  };
  const plainly = await seeAll('as they are', ({ pixels }) => pixels);
  const figures: Figure[] = [
    figure('FER+ test, strict majority: accuracy, 8 classes', bootstrap(plainly, accuracy), 'share', { atLeast: 0.88 }),
    figure('FER+ test, strict majority: macro-recall, 7 classes', bootstrap(plainly, macroRecall), 'share', {
      atLeast: 0.7,
    }),
    ...SEVEN.map((name) => {
      const own = plainly.filter(({ truth }) => truth === name);
      return figure(`FER+ test: recall of ${name}, n=${own.length}`, bootstrap(own, accuracy), 'share');
    }),
    plain('FER+ test: expected calibration error', calibrationError(plainly.map(told)), 'share', { atMost: 0.05 }),
    plain('FER+ test: pictures', plainly.length, 'count'),
  ];
  for (const [name, distort] of [
    ['blurred (deviation of 2 px)', blurred],
    ['lower half hidden', halfHidden],
  ] as const) {
    const seen = await seeAll(name, ({ pixels }) => distort(pixels));
    figures.push(figure(`FER+ test, ${name}: accuracy, 8 classes`, bootstrap(seen, accuracy), 'share'));
  }
  await graph.release();
  const confusion = Confusion.of<Expression>(
    EXPRESSIONS,
    plainly.map(({ truth, answer }) => [truth, answer]),
  );
  keep(outDir, 'accuracy-face', figures, 'npm run eval -- face', {
    'confusion-face': confusionPicture('FER+ test, strict majority', confusion),
  });
}

const told = ({ truth, answer, confidence }: SeenFace) => ({ confidence, right: truth === answer });

function accuracy(seen: readonly SeenFace[]): number {
  return seen.filter(({ truth, answer }) => truth === answer).length / Math.max(1, seen.length);
}

function macroRecall(seen: readonly SeenFace[]): number {
  const pairs = seen.map(({ truth, answer }) => [truth, answer] as const).filter(([truth]) => truth !== 'contempt');
  // an answer of contempt counts as wrong, so it stays among the labels
  return Confusion.of<Expression>(EXPRESSIONS, pairs).macroRecall;
}
