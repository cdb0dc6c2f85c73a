import { EMOTIONS, type Emotion, MODALITIES, type Modality } from '@rapport-live/protocol';
import { subsetKey, subsetsOf } from '../../fusion/subsets';
import { joined } from '../../fusion/window-assembler';
import { type Expression, readFaces } from '../corpora/faces';
import { readSpeech, type SpeechClip } from '../corpora/speech';
import { readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { curvePicture } from '../report/curve-picture';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { best, mapSome, Served, type Tokens } from '../served';
import { decodeVoice } from '../signal/decode';
import { heardWindow } from '../signal/heard-speech';
import { draw, random } from '../signal/random';
import { EMOTION_OF, ExpressionNetwork } from './expression-network';
import { capped } from './voice';
import { foldFolder } from './voice-folds';

/** One window of three streams that never met: the label is the same, the people are not. */
interface Triple {
  readonly emotion: Emotion;
  /** What fusion says of each subset, by its name. */
  readonly answers: ReadonlyMap<string, Emotion>;
}

/** Clips of each speaker and emotion. */
const CLIPS_EACH = 2;
const FACES_A_WINDOW = 2;
const RATES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Drawings of what is missing, a triple. */
const DRAWINGS = 40;

/** SYNTHETIC: what a missing stream costs, for each of the seven subsets, and as streams go missing at random. */
export async function evaluateMissing(options: EvalOptions): Promise<void> {
  const { dataDir, preparedDir, foldsDir, outDir, workers, smoke } = options;
  const clips = capped(readSpeech(dataDir, 'ravdess'), smoke ? 1 : CLIPS_EACH);
  const faces = readFaces(preparedDir);
  const texts = readTexts(dataDir, 'goemotions', 'test').filter(({ labels }) => labels.length === 1);
  const next = random(1);
  const oneOf = <T>(items: readonly T[]): T => items[draw(1, items.length, next)[0]!]!;
  const triples: Triple[] = [];
  for (const fold of [...new Set(clips.map((clip) => clip.fold))].sort()) {
    const served = await Served.open(foldFolder(foldsDir, fold), workers);
    const network = await ExpressionNetwork.open(served.models.expression);
    const own = clips.filter((clip) => clip.fold === fold);
    const paired = own.map((clip) => ({
      clip,
      faces: Array.from({ length: FACES_A_WINDOW }, () =>
        oneOf(faces.filter(({ majority }) => majority && EMOTION_OF[majority as Expression] === clip.emotion)),
      ),
      text: oneOf(texts.filter(({ labels }) => labels[0] === clip.emotion)).text,
    }));
    const tokensOf = async ({ clip, faces: seen, text }: (typeof paired)[number]): Promise<Required<Tokens>> => ({
      voice: await voiceTokens(served, clip),
      face: joined(await Promise.all(seen.map(async ({ pixels }) => (await network.read(pixels)).features))),
      text: (await served.run('text-tokens', { text })).tokens,
    });
    triples.push(
      ...(await mapSome(
        paired,
        2 * workers,
        async (pair) => ({ emotion: pair.clip.emotion, answers: await answersOf(served, await tokensOf(pair)) }),
        progressOf(`missing streams, fold ${fold}`, paired.length),
      )),
    );
    await network.release();
    await served.close();
  }
  const curve = RATES.map((rate) => ({ x: rate, y: accuracyAt(triples, rate) }));
  keep(outDir, 'accuracy-missing', [...ofSubsets(triples), ...ofCurve(curve)], 'npm run eval -- missing', {
    'missing-streams': curvePicture(
      'SYNTHETIC pairs: share right as streams go missing',
      'probability that a stream is missing',
      curve,
    ),
  });
}

async function voiceTokens(served: Served, clip: SpeechClip): Promise<Float32Array> {
  const { pcm } = await heardWindow(served, await decodeVoice('ogg-opus', clip.sound));
  return (await served.run('voice-tokens', { pcm })).tokens;
}

async function answersOf(served: Served, tokens: Required<Tokens>): Promise<Map<string, Emotion>> {
  const answers = new Map<string, Emotion>();
  for (const subset of subsetsOf(MODALITIES)) {
    const present = Object.fromEntries(subset.map((modality) => [modality, tokens[modality]])) as Tokens;
    answers.set(subsetKey(subset), best((await served.emotion(present)).probabilities));
  }
  return answers;
}

function ofSubsets(triples: readonly Triple[]): Figure[] {
  return subsetsOf(MODALITIES).map((subset) => {
    const key = subsetKey(subset);
    const right = (some: readonly Triple[]): number => {
      // the mean of the emotions' recalls
      const recalls = EMOTIONS.flatMap((emotion) => {
        const own = some.filter((triple) => triple.emotion === emotion);
        return own.length === 0 ? [] : [own.filter(({ answers }) => answers.get(key) === emotion).length / own.length];
      });
      return recalls.reduce((a, b) => a + b, 0) / recalls.length;
    };
    return figure(`SYNTHETIC pairs, ${key}: UAR, 7 emotions, n=${triples.length}`, bootstrap(triples, right), 'share');
  });
}

function ofCurve(curve: readonly { readonly x: number; readonly y: number }[]): Figure[] {
  return curve.map(({ x, y }) =>
    plain(`SYNTHETIC pairs, each stream missing with probability ${x}: right of the windows that have any`, y, 'share'),
  );
}

/** Each stream missing by itself with a probability; windows with none give no answer and are left out. */
function accuracyAt(triples: readonly Triple[], rate: number): number {
  const next = random(Math.round(rate * 100) + 1);
  let [right, all] = [0, 0];
  for (const { emotion, answers } of triples) {
    for (let drawing = 0; drawing < DRAWINGS; drawing++) {
      const present: Modality[] = MODALITIES.filter(() => next() >= rate);
      if (present.length === 0) continue;
      all += 1;
      if (answers.get(subsetKey(present)) === emotion) right += 1;
    }
  }
  return right / Math.max(1, all);
}
