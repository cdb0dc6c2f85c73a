import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvalOptions } from '../main';
import { type Figure, keep, plain } from '../report/figures';

/** Figures by name; greater is better. */
type Figures = Readonly<Record<string, number>>;

/** What the parity stage of the training has measured of one model and fold (training/rapport_training/parity.py). */
interface ParityReport {
  readonly examples: number;
  /** Without `torch` where the weights came ready-made, as a graph. */
  readonly figures: Readonly<Record<'fp32' | 'int8', Figures>> & { readonly torch?: Figures };
  /** Share of examples whose leading class int8 and what it was made of have in common. */
  readonly agreement: number;
}

const SUFFIX = '.parity.json';

/** What 8 bits cost each model: the reports that `python -m rapport_training MODEL parity` left. */
export async function evaluatePrecision({ parityDir, outDir }: EvalOptions): Promise<void> {
  const files = namesIn(parityDir);
  if (files.length === 0)
    throw new Error(`${parityDir} has no *${SUFFIX}: \`python -m rapport_training MODEL parity\` writes them.`);
  const figures = files.flatMap((file) => {
    const report = JSON.parse(readFileSync(join(parityDir, file), 'utf8')) as ParityReport;
    const [model, fold] = file.slice(0, -SUFFIX.length).split('.');
    return precisionFigures(`${model}, ${fold === 'all' ? 'as shipped' : `fold ${fold}`}`, report);
  });
  keep(outDir, 'precision', figures, 'npm run eval -- precision');
}

export function precisionFigures(what: string, { examples, figures, agreement }: ParityReport): Figure[] {
  return Object.keys(figures.fp32).flatMap((name) => {
    const row = `${what}, ${name}`;
    const [fp32, int8] = [figures.fp32[name]!, figures.int8[name]!];
    return [
      ...(figures.torch === undefined ? [] : [plain(`${row}: PyTorch`, figures.torch[name]!, 'share')]),
      plain(`${row}: fp32 graph`, fp32, 'share'),
      plain(`${row}: served graph`, int8, 'share'),
      // a gain is no loss
      plain(`${row}: points lost`, Math.max(0, 100 * (fp32 - int8)), 'points', { atMost: 1 }),
      plain(`${row}: same class`, agreement, 'share'),
      plain(`${row}: n`, examples, 'count'),
    ];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  } catch {
    return [];
  }
}
