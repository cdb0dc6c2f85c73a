import { EMOTIONS } from '@rapport-live/protocol';
import { readServiceTurns } from '../corpora/service-language';
import { readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { macroF1 } from '../metrics/macro-f1';
import { wordErrorRate, wordErrors } from '../metrics/word-errors';
import { type Figure, figure, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { Served } from '../served';
import { misheard } from '../signal/text-noise';
import { mistyped } from '../signal/typos';
import { EmotionOfText } from './emotion-of-text';
import { readService } from './fused-texts';
import { intentIndex, placeTexts, rightIntents, share } from './intent-texts';
import { calledNeutral, notCalledNeutral, plainOf, upsetOf } from './text-figures';

const SMOKE_TEXTS = 40;

const CONDITIONS: Readonly<Record<string, (text: string, seed: number) => string>> = {
  'as written': (text) => text,
  'typos in 5 % of letters': (text, seed) => mistyped(text, 0.05, seed),
  'typos in 10 % of letters': (text, seed) => mistyped(text, 0.1, seed),
  'misheard words, as in a poor transcript': misheard,
};

/** Emotion and intent of the same texts, written and heard worse and worse. */
export async function textRobustness({ dataDir, modelsDir, workers, smoke }: EvalOptions): Promise<Figure[]> {
  const some = <T>(items: readonly T[]): readonly T[] => (smoke ? items.slice(0, SMOKE_TEXTS) : items);
  const comments = some(readTexts(dataDir, 'goemotions', 'test'));
  const turns = some(readServiceTurns(dataDir, 'final'));
  const requests = some(readTexts(dataDir, 'bitext27', 'test'));
  const served = await Served.open(modelsDir, workers);
  const reader = await EmotionOfText.open(served.models.text);
  const index = intentIndex(served);
  const figures: Figure[] = [];
  try {
    for (const [condition, distort] of Object.entries(CONDITIONS)) {
      const damaged = <T extends { readonly text: string }>(items: readonly T[]): T[] =>
        items.map((item, i) => ({ ...item, text: distort(item.text, i + 1) }));
      const tell = (what: string, count: number) => progressOf(`robustness, ${condition}, ${what}`, count);
      const read = await reader.readAll(damaged(comments), tell('GoEmotions', comments.length));
      const service = await readService(served, damaged(turns), 2 * workers, tell('service language', turns.length));
      const worse = damaged(requests);
      const placed = await placeTexts(served, worse, 2 * workers, tell('Bitext', worse.length));
      const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
      const wrong = requests.map(({ text }, i) => wordErrors(words(text), words(worse[i]!.text)));
      figures.push(
        figure(
          `${condition}: GoEmotions test, macro-F1, n=${read.length}`,
          bootstrap(read, (all) => macroF1(EMOTIONS, all)),
          'F1',
        ),
        figure(`${condition}: plain requests called neutral`, bootstrap(plainOf(service), calledNeutral), 'share'),
        figure(`${condition}: upset turns not called neutral`, bootstrap(upsetOf(service), notCalledNeutral), 'share'),
        figure(
          `${condition}: Bitext 27 test, accuracy, n=${placed.length}`,
          bootstrap(rightIntents(index, placed), share),
          'share',
        ),
        plain(`${condition}: words wrong in Bitext`, wordErrorRate(wrong) / 100, 'share'),
      );
    }
  } finally {
    await reader.release();
    await served.close();
  }
  return figures;
}
