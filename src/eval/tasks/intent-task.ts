import { type LabelledText, readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { confusionOf, type Judged } from '../metrics/judged';
import { wordErrorRate, wordErrors } from '../metrics/word-errors';
import { confusionPicture } from '../report/confusion-picture';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { reliabilityPicture } from '../report/reliability-picture';
import { Served } from '../served';
import { misheard } from '../signal/text-noise';
import { fewShot } from './few-shot';
import {
  intentIndex,
  judgedIntents,
  means,
  nearest,
  OUT_OF_SCOPE,
  type Placed,
  placeTexts,
  share,
} from './intent-texts';

const SMOKE_TEXTS = 120;
/** Share of in-scope texts that may be called out of scope by mistake. */
const FALSE_ALARMS = 0.05;

/** Intents: the 27 of the product, those of CLINC150, and custom ones from ten examples. */
export async function evaluateIntents({ dataDir, modelsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const served = await Served.open(modelsDir, workers);
  const some = <T>(items: readonly T[]): readonly T[] => (smoke ? items.slice(0, SMOKE_TEXTS) : items);
  const place = (name: string, texts: readonly LabelledText[]): Promise<Placed[]> =>
    placeTexts(served, some(texts), 2 * workers, progressOf(`intents, ${name}`, some(texts).length));
  try {
    const bitext = readTexts(dataDir, 'bitext27', 'test');
    const noisy = bitext.map((row, i) => ({ ...row, text: misheard(row.text, i + 1) }));
    const index = intentIndex(served);
    const judged = judgedIntents(index, await place('Bitext', bitext));
    const judgedNoisy = judgedIntents(index, await place('Bitext, misheard', noisy));
    const figures: Figure[] = [
      ...ofProduct('Bitext 27 test, clean', judged, 0.99),
      ...ofProduct('Bitext 27 test, misheard words', judgedNoisy, 0.94),
      plain('Bitext 27 test, misheard words: word error rate', meanErrors(bitext, noisy), 'share'),
      ...clinc(
        await place('CLINC150 train', readTexts(dataDir, 'clinc150', 'train')),
        await place('CLINC150 test', readTexts(dataDir, 'clinc150', 'test')),
      ),
      ...(await customIntents(dataDir, place)),
    ];
    const title = 'Bitext 27 test, misheard words';
    keep(outDir, 'accuracy-intent', figures, 'npm run eval -- intent', {
      'confusion-intent': confusionPicture(title, confusionOf(judgedNoisy, [...index.names, OUT_OF_SCOPE])),
      'reliability-intent': reliabilityPicture(
        title,
        judgedNoisy.map(({ told }) => told),
      ),
    });
  } finally {
    await served.close();
  }
}

function ofProduct(name: string, judged: readonly Judged[], atLeast: number): Figure[] {
  const right = judged.map(({ truth, answer }) => truth === answer);
  return [
    figure(`${name}: accuracy, out of scope counted wrong, n=${right.length}`, bootstrap(right, share), 'share', {
      atLeast,
    }),
    plain(`${name}: expected calibration error`, calibrationError(judged.map(({ told }) => told)), 'share'),
  ];
}

function meanErrors(clean: readonly LabelledText[], noisy: readonly LabelledText[]): number {
  const words = ({ text }: LabelledText): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const rates = clean.map((row, i) => wordErrorRate([wordErrors(words(row), words(noisy[i]!))]) / 100);
  return rates.reduce((a, b) => a + b, 0) / rates.length;
}

/** Prototypes are the means of the train part; what is out of scope shows by its distance to the nearest. */
function clinc(train: readonly Placed[], test: readonly Placed[]): Figure[] {
  const prototypes = means(train.filter(({ label }) => label !== CLINC_OUT_OF_SCOPE));
  const told = test.map((one) => ({ truth: one.label, ...nearest(prototypes, one.embedding) }));
  const inScope = told.filter(({ truth }) => truth !== CLINC_OUT_OF_SCOPE);
  const outside = told.filter(({ truth }) => truth === CLINC_OUT_OF_SCOPE);
  const cosines = inScope.map(({ cosine }) => cosine).sort((a, b) => a - b);
  const threshold = cosines[Math.floor(FALSE_ALARMS * cosines.length)]!;
  const right = inScope.map(({ truth, label }) => truth === label);
  const rejected = outside.map(({ cosine }) => cosine < threshold);
  return [
    figure(`CLINC150 test, in scope: accuracy, n=${right.length}`, bootstrap(right, share), 'share', { atLeast: 0.96 }),
    figure(
      `CLINC150 test: out-of-scope recall at 5 % false alarms, n=${rejected.length}`,
      bootstrap(rejected, share),
      'share',
      { atLeast: 0.75 },
    ),
  ];
}

const CLINC_OUT_OF_SCOPE = 'oos';

async function customIntents(
  dataDir: string,
  place: (name: string, texts: readonly LabelledText[]) => Promise<Placed[]>,
): Promise<Figure[]> {
  const dstc = [...readTexts(dataDir, 'dstc11_intents', 'dev'), ...readTexts(dataDir, 'dstc11_intents', 'test')];
  const figures: Figure[] = [];
  for (const [domain, atLeast] of [
    ['banking', 0.95],
    ['finance', 0.95],
    ['insurance', 0.97],
  ] as const) {
    const own = dstc.filter(({ row }) => row['domain'] === domain);
    const placed = await place(`DSTC11 ${domain}`, own);
    figures.push(fewShot(`DSTC11 ${domain} (10 examples drawn from the scored split)`, placed, placed, atLeast));
  }
  const train = await place('banking77 train', readTexts(dataDir, 'banking77', 'train'));
  const test = await place('banking77 test', readTexts(dataDir, 'banking77', 'test'));
  figures.push(fewShot('banking77 test (10 examples from its train part)', train, test, 0.83));
  return figures;
}
