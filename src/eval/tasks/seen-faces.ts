import { type Expression, EXPRESSIONS } from '../corpora/faces';
import { Confusion } from '../metrics/confusion';
import type { Judged } from '../metrics/judged';
import type { Served } from '../served';
import { EMOTION_OF, type ExpressionNetwork, type Read } from './expression-network';

/** A picture that is cut already, and what it shows. */
export interface CutFace {
  /** [48, 48] grey, 0 to 255. */
  readonly pixels: ArrayLike<number>;
  readonly truth: Expression;
  /** Pictures of one person belong together. */
  readonly group?: string;
}

export type SeenFace = Read & Pick<CutFace, 'truth' | 'group'>;

export async function seeFaces(
  network: ExpressionNetwork,
  faces: readonly CutFace[],
  tell: () => void,
): Promise<SeenFace[]> {
  const seen: SeenFace[] = [];
  for (const { pixels, truth, group } of faces) {
    seen.push({ truth, group, ...(await network.read(pixels)) });
    tell();
  }
  return seen;
}

/** What fusion says of each face alone; contempt is none of its emotions and left out. */
export async function fuseFaces(served: Served, seen: readonly SeenFace[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const { truth, features, group } of seen) {
    const emotion = EMOTION_OF[truth];
    if (emotion === undefined) continue;
    const { label, probabilities } = await served.emotion({ face: features });
    const told = { confidence: Math.max(...probabilities), right: label === emotion };
    judged.push({ truth: emotion, answer: label, told, group });
  }
  return judged;
}

export function accuracy(seen: readonly SeenFace[]): number {
  return seen.filter(({ truth, answer }) => truth === answer).length / Math.max(1, seen.length);
}

/** Of the seven; an answer of contempt counts as wrong, so it stays among the labels. */
export function macroRecall(seen: readonly SeenFace[]): number {
  const pairs = seen.filter(({ truth }) => truth !== 'contempt').map(({ truth, answer }) => [truth, answer] as const);
  return Confusion.of<Expression>(EXPRESSIONS, pairs).macroRecall;
}
