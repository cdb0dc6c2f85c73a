import { EMOTIONS, type Emotion } from '@rapport-live/protocol';
import { Tokenizer } from '../../models/encoders/tokenizer';
import { floats, Graph, int64, output } from '../../models/runtime/onnx';
import { readServiceTurns, type ServiceTurn } from '../corpora/service-language';
import { type LabelledText, readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { f1, macroF1, type MultiLabel } from '../metrics/macro-f1';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';

const SMOKE_TEXTS = 60;
/** Where the manifest has no thresholds. */
const USUAL_THRESHOLD = 0.5;

/** Emotion of texts: GoEmotions by the text model itself, service language by fusion with text alone. */
export async function evaluateText({ dataDir, modelsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const served = await Served.open(modelsDir, workers);
  try {
    const some = <T>(items: readonly T[]): readonly T[] => (smoke ? items.slice(0, SMOKE_TEXTS) : items);
    const figures = [
      ...(await goEmotions(served, some(readTexts(dataDir, 'goemotions', 'test')))),
      ...(await serviceLanguage(served, some(readServiceTurns(dataDir, 'final')), 2 * workers)),
    ];
    keep(outDir, 'accuracy-text', figures, 'npm run eval -- text');
  } finally {
    await served.close();
  }
}

async function goEmotions(served: Served, texts: readonly LabelledText[]): Promise<Figure[]> {
  const { text: folder } = served.models;
  const { maxTokens, emotionThresholds } = folder.manifest.parameters;
  const labels = folder.manifest.labels as readonly Emotion[];
  const [graph, tokenizer] = await Promise.all([Graph.load(folder, 'model', 'cpu'), Tokenizer.load(folder)]);
  const tell = progressOf('text, GoEmotions', texts.length);
  const items: MultiLabel[] = [];
  for (const { text, labels: truth } of texts) {
    const ids = tokenizer.encode(text, maxTokens);
    const shape = [1, ids.length];
    const mask = new Uint8Array(ids.length).fill(1);
    const feeds = { input_ids: int64(ids, shape), attention_mask: int64(mask, shape) };
    const chances = floats(output(await graph.run(feeds, ['emotion']), 'emotion'));
    const likeliest = labels[chances.indexOf(Math.max(...chances))]!;
    const above = labels.filter((label, i) => chances[i]! > (emotionThresholds?.[label] ?? USUAL_THRESHOLD));
    items.push({ truth: new Set(truth), answer: new Set(above.length > 0 ? above : [likeliest]) });
    tell();
  }
  await graph.release();
  const name = 'GoEmotions test (Reddit comments), Ekman and neutral';
  return [
    figure(
      `${name}: macro-F1`,
      bootstrap(items, (all) => macroF1(EMOTIONS, all)),
      'F1',
      { atLeast: 0.64 },
    ),
    ...EMOTIONS.map((label) =>
      figure(
        `${name}: F1 of ${label}`,
        bootstrap(items, (all) => f1(label, all)),
        'F1',
      ),
    ),
    plain(`${name}: texts`, items.length, 'count'),
  ];
}

async function serviceLanguage(served: Served, turns: readonly ServiceTurn[], atOnce: number): Promise<Figure[]> {
  const tell = progressOf('text, service language', turns.length);
  const read = await mapSome(
    turns,
    atOnce,
    async (turn) => {
      const { tokens } = await served.run('text-tokens', { text: turn.text });
      return { turn, label: (await served.emotion({ text: tokens })).label };
    },
    tell,
  );
  const share = (name: string, those: typeof read, right: (label: Emotion) => boolean, atLeast?: number): Figure =>
    figure(
      `Service language (machine-labelled turns, final half): ${name}, n=${those.length}`,
      bootstrap(those, (all) => all.filter(({ label }) => right(label)).length / Math.max(1, all.length)),
      'share',
      atLeast === undefined ? {} : { atLeast },
    );
  const plainRequests = read.filter(({ turn }) => turn.plainRequest);
  const upset = read.filter(({ turn }) => turn.upset);
  return [
    share('plain requests called neutral', plainRequests, (label) => label === 'neutral', 0.9),
    share('upset turns not called neutral', upset, (label) => label !== 'neutral', 0.8),
    share(
      'upset turns without swearing not called neutral',
      upset.filter(({ turn }) => !turn.swearing),
      (label) => label !== 'neutral',
    ),
  ];
}
