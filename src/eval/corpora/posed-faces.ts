import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from './csv';
import { type Expression, FACE_SIZE_PX } from './faces';

/** A posed face of CK+: three frames of each sequence are nearly equal, so a person's pictures belong together. */
export interface PosedFace {
  /** [48, 48] grey, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly expression: Expression;
  readonly subject: string;
}

const MAKE = 'python -m rapport_training.eval_data --data DATA --out training/.work/eval';

/** PREPARED/ckplus.u8 and ckplus.csv (expression, subject). Throws with the command that makes them where they are missing. */
export function readPosedFaces(folder: string): PosedFace[] {
  if (!existsSync(join(folder, 'ckplus.csv'))) throw new Error(`${folder}/ckplus.csv is missing: ${MAKE} makes it.`);
  const pixels = readFileSync(join(folder, 'ckplus.u8'));
  const rows = readCsv(readFileSync(join(folder, 'ckplus.csv'), 'utf8'));
  const size = FACE_SIZE_PX ** 2;
  if (pixels.length !== rows.length * size) throw new Error(`${folder}: ${rows.length} rows, ${pixels.length} bytes`);
  return rows.map((row, i) => ({
    pixels: pixels.subarray(i * size, (i + 1) * size),
    expression: row['expression'] as Expression,
    subject: row['subject']!,
  }));
}
