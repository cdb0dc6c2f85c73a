import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from './csv';

export const FACE_SIZE_PX = 48;
/** The order of the votes, and of the expression model's answers. Unknown and no face stand behind them. */
export const EXPRESSIONS = [
  'neutral',
  'happiness',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
] as const;
export type Expression = (typeof EXPRESSIONS)[number];

export interface VotedFace {
  /** [48, 48] grey, 0 to 255. */
  readonly pixels: Uint8Array;
  /** What more than half of the voters said; undefined where no expression has that many. */
  readonly majority?: Expression;
}

/** Pictures that `python -m rapport_training.eval_data` has unpacked (NAME.u8 and NAME.csv): by default the test part. */
export function readFaces(folder: string, name: 'ferplus' | 'ferplus-valid' = 'ferplus'): VotedFace[] {
  const pixels = readFileSync(join(folder, `${name}.u8`));
  const rows = readCsv(readFileSync(join(folder, `${name}.csv`), 'utf8'));
  const size = FACE_SIZE_PX ** 2;
  if (pixels.length !== rows.length * size) throw new Error(`${folder}: ${rows.length} rows, ${pixels.length} bytes`);
  return rows.map(({ split: _, ...cells }, i) => {
    const votes = Object.entries(cells).map(([name, count]) => ({ name, count: Number(count) }));
    const half = votes.reduce((sum, { count }) => sum + count, 0) / 2;
    const majority = EXPRESSIONS.find((name) => votes.some((vote) => vote.name === name && vote.count > half));
    return { pixels: pixels.subarray(i * size, (i + 1) * size), majority };
  });
}
