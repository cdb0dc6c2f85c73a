import { EMOTIONS } from '@rapport-live/protocol';
import { readServiceTurns } from '../corpora/service-language';
import { readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { confusionOf } from '../metrics/judged';
import { confusionPicture } from '../report/confusion-picture';
import { domainFigures } from '../report/domain-figures';
import { keep } from '../report/figures';
import { progressOf } from '../report/progress';
import { reliabilityPicture } from '../report/reliability-picture';
import { Served } from '../served';
import { EmotionOfText } from './emotion-of-text';
import { judgedTurns, judgeTexts, readService } from './fused-texts';
import { ofGoEmotions, ofService, ofSources } from './text-figures';

const COMMAND = 'npm run eval -- text';
const SMOKE_TEXTS = 60;

/** Emotion of texts: GoEmotions by the text model itself, service language and single emotions by fusion with text alone. */
export async function evaluateText({ dataDir, modelsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const some = <T>(items: readonly T[]): readonly T[] => (smoke ? items.slice(0, SMOKE_TEXTS) : items);
  const comments = some(readTexts(dataDir, 'goemotions', 'test'));
  const turns = some(readServiceTurns(dataDir, 'final'));
  const served = await Served.open(modelsDir, workers);
  try {
    const reader = await EmotionOfText.open(served.models.text);
    const read = await reader.readAll(comments, progressOf('text, GoEmotions', comments.length));
    await reader.release();
    const readTurns = await readService(served, turns, 2 * workers, progressOf('text, service language', turns.length));
    const single = comments.filter(({ labels }) => labels.length === 1);
    const fused = await judgeTexts(served, single, 2 * workers, progressOf('text, GoEmotions, fusion', single.length));
    const figures = [...ofGoEmotions(read), ...ofService(readTurns)];
    keep(outDir, 'accuracy-text', figures, COMMAND, {
      'confusion-text': confusionPicture(
        'GoEmotions test, one label, fusion of one text',
        confusionOf(fused, [...EMOTIONS]),
      ),
      'reliability-text': reliabilityPicture(
        'GoEmotions test, one label, fusion of one text',
        fused.map(({ told }) => told),
      ),
    });
    const domains = [
      ...domainFigures('text, GoEmotions test, Reddit comments with one label', 'in domain', fused),
      ...domainFigures(
        'text, service language, final half, turns with a label',
        'cross-corpus',
        judgedTurns(readTurns),
      ),
    ];
    keep(outDir, 'domains-text', domains, COMMAND);
    keep(outDir, 'groups-text', ofSources(readTurns), COMMAND);
  } finally {
    await served.close();
  }
}
