import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateAgreement } from './tasks/agreement-task';
import { evaluateFace } from './tasks/face-task';
import { evaluateIntents } from './tasks/intent-task';
import { evaluateMissing } from './tasks/missing-task';
import { evaluatePrecision } from './tasks/precision-task';
import { defaultPython } from './tasks/python-side';
import { evaluateRobustness } from './tasks/robustness-task';
import { evaluateSearch } from './tasks/search-task';
import { evaluateSilence } from './tasks/silence-task';
import { evaluateText } from './tasks/text-task';
import { evaluateTranscript } from './tasks/transcript-task';
import { evaluateVoice } from './tasks/voice-task';
import { evaluateWordTimes } from './tasks/word-times-task';

/** What every task is told. */
export interface EvalOptions {
  /** Laid out as training/README.md says. */
  readonly dataDir: string;
  /** What `python -m rapport_training.eval_data` has unpacked. */
  readonly preparedDir: string;
  /** The shipped models. */
  readonly modelsDir: string;
  /** FOLDS/0 to FOLDS/4: models that never heard, or saw, that fold's speakers. */
  readonly foldsDir: string;
  /** Where figures and pictures go. */
  readonly outDir: string;
  /** Where answers are kept, by what made them, so that an evaluation that was stopped goes on. */
  readonly answersDir: string;
  /** Reports of the parity stage. */
  readonly parityDir: string;
  /** A Python with training/requirements.txt, for the other side of the agreement. */
  readonly python: string;
  readonly workers: number;
  /** A database of PostgreSQL for moment search, with nothing else in it; empty: a file, as the service has it by itself. */
  readonly historyUrl: string;
  /** Part of the data alone, to see that it runs. */
  readonly smoke: boolean;
}

const TASKS: Readonly<Record<string, (options: EvalOptions) => Promise<void>>> = {
  face: evaluateFace,
  text: evaluateText,
  intent: evaluateIntents,
  voice: evaluateVoice,
  missing: evaluateMissing,
  transcript: evaluateTranscript,
  silence: evaluateSilence,
  'word-times': evaluateWordTimes,
  robustness: evaluateRobustness,
  agreement: evaluateAgreement,
  precision: evaluatePrecision,
  search: evaluateSearch,
};

/** Each holds every model: half a gigabyte. */
const MAX_WORKERS = 64;

/** `npm run eval -- TASK...`: test data through the path that serves; without a task all of them. Resolves to the exit status. */
export async function evaluate(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string', default: '../shared/data' },
      prepared: { type: 'string', default: join('training', '.work', 'eval') },
      models: { type: 'string', default: 'models' },
      folds: { type: 'string', default: join('training', '.work', 'folds') },
      out: { type: 'string', default: join('docs', 'figures') },
      answers: { type: 'string' },
      parity: { type: 'string', default: join('training', '.work', 'figures') },
      python: { type: 'string', default: defaultPython() },
      'history-url': { type: 'string', default: '' },
      workers: { type: 'string', default: '2' },
      smoke: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(TASKS);
  const unknown = names.find((name) => !(name in TASKS));
  if (unknown !== undefined) {
    console.error(`There is no task "${unknown}": ${Object.keys(TASKS).join(', ')}.`);
    return 2;
  }
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    console.error(`--workers ${values.workers} is no number of workers: 1 to ${MAX_WORKERS}.`);
    return 2;
  }
  const options: EvalOptions = {
    dataDir: resolve(values.data),
    preparedDir: resolve(values.prepared),
    modelsDir: resolve(values.models),
    foldsDir: resolve(values.folds),
    outDir: resolve(values.out),
    answersDir: resolve(values.answers ?? join(values.prepared, 'answers')),
    parityDir: resolve(values.parity),
    python: values.python,
    historyUrl: values['history-url'],
    workers,
    smoke: values.smoke,
  };
  for (const name of names) await TASKS[name]!(options);
  return 0;
}

if (require.main === module) {
  void evaluate(process.argv.slice(2)).then((status) => (process.exitCode = status));
}
