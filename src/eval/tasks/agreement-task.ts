import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scoreIntents } from '../../fusion/intent-index';
import { readFaces } from '../corpora/faces';
import { readSpeech } from '../corpora/speech';
import { readTexts } from '../corpora/texts';
import type { EvalOptions } from '../main';
import { type Figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';
import { decodeVoice } from '../signal/decode';
import { heardWindow } from '../signal/heard-speech';
import { joinedPcm } from '../signal/pcm';
import { EMOTION_OF, ExpressionNetwork } from './expression-network';
import { intentIndex, OUT_OF_SCOPE } from './intent-texts';
import { type AgreementItem, askPython, type PythonAnswer } from './python-side';
import { capped } from './voice';
import { foldFolder } from './voice-folds';

/** Of each speaker and emotion. */
const CLIPS_EACH = 2;
const SMOKE_CLIPS = 1;
const ITEMS_EACH = 600;
const SMOKE_ITEMS = 40;

/** What Node says of an item, which Python is asked too. */
interface Asked {
  readonly item: AgreementItem;
  readonly answer: string;
  readonly probabilities: readonly number[];
}

/**
 * The same windows, faces and texts through the service's code in Node and through the training's code in Python
 * (`rapport_training.agreement`), with the same models. On validation parts, and clips of the speakers a fold leaves out.
 */
export async function evaluateAgreement(options: EvalOptions): Promise<void> {
  const folder = join(options.preparedDir, 'agreement');
  mkdirSync(folder, { recursive: true });
  const asked = [
    ...(await askVoices(options, folder)),
    ...(await askFaces(options, folder)),
    ...(await askTexts(options)),
  ];
  const told = askPython(
    options.python,
    folder,
    asked.map(({ item }) => item),
  );
  const figures = ['voice', 'face', 'text', 'intent'].flatMap((task) =>
    agreementOf(
      task,
      asked.flatMap((one, i) => (one.item.task === task ? [{ ...one, python: told[i]! }] : [])),
    ),
  );
  for (const { id, value } of figures) console.log(`${id}: ${value}`);
  keep(options.outDir, 'accuracy-agreement', figures, 'npm run eval -- agreement');
}

/** How far apart the two are; `python` is what Python said of each. */
export function agreementOf(task: string, both: readonly (Asked & { readonly python: PythonAnswer })[]): Figure[] {
  if (both.length === 0) return [];
  const right = (of: (one: (typeof both)[number]) => string): number =>
    both.filter((one) => of(one) === one.item.truth).length / both.length;
  const [node, python] = [right(({ answer }) => answer), right((one) => one.python.answer)];
  const apart = both.map((one) =>
    Math.max(...one.probabilities.map((p, i) => Math.abs(p - one.python.probabilities[i]!))),
  );
  return [
    plain(`${task}: right in Node`, node, 'share'),
    plain(`${task}: right in Python`, python, 'share'),
    plain(`${task}: points apart`, pointsOf(Math.abs(node - python)), 'points', { atMost: 1 }),
    plain(`${task}: same answer`, both.filter((one) => one.answer === one.python.answer).length / both.length, 'share'),
    plain(`${task}: greatest difference of a probability`, Math.max(...apart), 'share'),
    plain(`${task}: n`, both.length, 'count'),
  ];
}

/** A share in points, without the last bits of a difference of shares. */
const pointsOf = (share: number): number => Number((100 * share).toFixed(9));

async function askVoices(options: EvalOptions, folder: string): Promise<Asked[]> {
  const { dataDir, foldsDir, workers, smoke } = options;
  const clips = capped(readSpeech(dataDir, 'ravdess'), smoke ? SMOKE_CLIPS : CLIPS_EACH);
  const asked: (Asked & { readonly pcm: Int16Array })[] = [];
  for (const fold of [...new Set(clips.map((clip) => clip.fold))].sort()) {
    const models = foldFolder(foldsDir, fold);
    const served = await Served.open(models, workers);
    const own = clips.filter((clip) => clip.fold === fold);
    asked.push(
      ...(await mapSome(
        own,
        2 * workers,
        async (clip) => {
          const { pcm } = await heardWindow(served, await decodeVoice('ogg-opus', clip.sound));
          const { tokens } = await served.run('voice-tokens', { pcm });
          const { label, probabilities } = await served.emotion({ voice: tokens });
          const item = { task: 'voice', models, truth: clip.emotion, samples: pcm.length } as const;
          return { item, answer: label, probabilities, pcm };
        },
        progressOf(`agreement, voice, fold ${fold}`, own.length),
      )),
    );
    await served.close();
  }
  writeFileSync(join(folder, 'voice.pcm'), new Uint8Array(joinedPcm(asked.map(({ pcm }) => pcm)).buffer));
  return asked;
}

async function askFaces({ preparedDir, modelsDir, workers, smoke }: EvalOptions, folder: string): Promise<Asked[]> {
  const faces = readFaces(preparedDir, 'ferplus-valid')
    .filter(({ majority }) => majority !== undefined && EMOTION_OF[majority] !== undefined)
    .slice(0, smoke ? SMOKE_ITEMS : ITEMS_EACH);
  const served = await Served.open(modelsDir, workers);
  const network = await ExpressionNetwork.open(served.models.expression);
  const tell = progressOf('agreement, face', faces.length);
  const asked: Asked[] = [];
  for (const { pixels, majority } of faces) {
    const { features } = await network.read(pixels);
    const { label, probabilities } = await served.emotion({ face: features });
    const item = { task: 'face', models: modelsDir, truth: EMOTION_OF[majority!]! } as const;
    asked.push({ item, answer: label, probabilities });
    tell();
  }
  await network.release();
  await served.close();
  writeFileSync(join(folder, 'faces.u8'), Buffer.concat(faces.map(({ pixels }) => pixels)));
  return asked;
}

async function askTexts({ dataDir, modelsDir, workers, smoke }: EvalOptions): Promise<Asked[]> {
  const most = smoke ? SMOKE_ITEMS : ITEMS_EACH;
  const comments = readTexts(dataDir, 'goemotions', 'dev').filter(({ labels }) => labels.length === 1);
  const requests = readTexts(dataDir, 'bitext27', 'dev');
  const served = await Served.open(modelsDir, workers);
  const index = intentIndex(served);
  const items = [
    ...comments.slice(0, most).map((text) => ({ ...text, task: 'text' as const })),
    ...requests.slice(0, most).map((text) => ({ ...text, task: 'intent' as const })),
  ];
  const asked = await mapSome(
    items,
    2 * workers,
    async ({ task, text, labels }): Promise<Asked> => {
      const item = { task, models: modelsDir, truth: labels[0]!, text };
      const { tokens, embedding } = await served.run('text-tokens', { text });
      if (task === 'text') {
        const { label, probabilities } = await served.emotion({ text: tokens });
        return { item, answer: label, probabilities };
      }
      const { intents, outOfScope } = scoreIntents(index, embedding);
      const scores = new Map(intents.map(({ name, score }) => [name, score]));
      return {
        item,
        answer: outOfScope ? OUT_OF_SCOPE : intents[0]!.name,
        probabilities: index.names.map((name) => scores.get(name)!),
      };
    },
    progressOf('agreement, text and intent', items.length),
  );
  await served.close();
  return asked;
}
