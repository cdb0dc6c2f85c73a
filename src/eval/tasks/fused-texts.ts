import type { ServiceTurn } from '../corpora/service-language';
import type { LabelledText } from '../corpora/texts';
import type { Judged } from '../metrics/judged';
import { type Answer, mapSome, type Served } from '../served';

export interface ReadTurn extends Answer {
  readonly turn: ServiceTurn;
}

/** What fusion says of each text alone. */
export function judgeTexts(
  served: Served,
  texts: readonly LabelledText[],
  atOnce: number,
  tell: () => void,
): Promise<Judged[]> {
  return mapSome(
    texts,
    atOnce,
    async ({ text, labels }) => {
      const { tokens } = await served.run('text-tokens', { text });
      return judged(labels[0]!, await served.emotion({ text: tokens }));
    },
    tell,
  );
}

export function readService(
  served: Served,
  turns: readonly ServiceTurn[],
  atOnce: number,
  tell: () => void,
): Promise<ReadTurn[]> {
  return mapSome(
    turns,
    atOnce,
    async (turn) => {
      const { tokens } = await served.run('text-tokens', { text: turn.text });
      return { turn, ...(await served.emotion({ text: tokens })) };
    },
    tell,
  );
}

function judged(truth: string, { label, probabilities }: Answer): Judged {
  return { truth, answer: label, told: { confidence: Math.max(...probabilities), right: label === truth } };
}

/** Those whose emotion both labellers call the same. */
export function judgedTurns(read: readonly ReadTurn[]): Judged[] {
  return read.flatMap(({ turn, ...answer }) => (turn.label === undefined ? [] : [judged(turn.label, answer)]));
}
