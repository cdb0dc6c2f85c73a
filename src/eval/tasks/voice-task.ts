import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { progressOf } from '../report/progress';
import { readSpeech, SPEECH_CORPORA, type SpeechCorpus } from '../corpora/speech';
import type { EvalOptions } from '../main';
import { type Figure, keep, type Target } from '../report/figures';
import { Served } from '../served';
import { clean, type Distortion, lossy, noisy, telephone } from '../signal/distortions';
import { confusionPicture } from '../report/confusion-picture';
import { reliabilityPicture } from '../report/reliability-picture';
import { capped, classesOf, CORPUS_TOLD, hearClips, type HeardClip } from './voice';
import { confusionOf, toldOf, voiceFigures } from './voice-figures';

interface Condition {
  readonly name: string;
  readonly distort: Distortion;
  readonly corpora: readonly SpeechCorpus[];
  /** Clips of each speaker and emotion, at most. Default: all that were read. */
  readonly most?: number;
}

const CONDITIONS: readonly Condition[] = [
  { name: 'clean', distort: clean, corpora: SPEECH_CORPORA },
  { name: 'telephone band', distort: telephone, corpora: SPEECH_CORPORA },
  { name: 'noise at 10 dB', distort: noisy(10), corpora: ['ravdess'], most: 2 },
  { name: '5 % of packets lost', distort: lossy(0.05), corpora: ['ravdess'], most: 2 },
];

const TARGETS: Readonly<Record<string, Target>> = {
  'ravdess clean': { atLeast: 0.77 },
  'ravdess telephone band': { atLeast: 0.75 },
  'nemo clean': { atLeast: 0.65 },
  'urdu clean': { atLeast: 0.66 },
};
const ECE = { atMost: 0.05 };

/** Of each speaker and emotion. nEMO has 4,481 clips: so many give an interval of a few points. */
const MOST_CLIPS: Readonly<Record<SpeechCorpus, number>> = { ravdess: Infinity, nemo: 10, urdu: Infinity };
const SMOKE_CLIPS = 1;

/** Of RAVDESS as it is. */
function pictures(heard: readonly HeardClip[]): Record<string, string> {
  const classes = classesOf(heard.map(({ clip }) => clip));
  return {
    'confusion-voice': confusionPicture('RAVDESS, unseen speakers, voice alone', confusionOf(heard, classes)),
    'reliability-voice': reliabilityPicture('RAVDESS, unseen speakers, voice alone', toldOf(heard)),
  };
}

/** Voice alone, of speakers that the models of their fold never heard. */
export async function evaluateVoice({ dataDir, foldsDir, outDir, workers, smoke }: EvalOptions): Promise<void> {
  const corpora = SPEECH_CORPORA.map((corpus) =>
    capped(readSpeech(dataDir, corpus), smoke ? SMOKE_CLIPS : MOST_CLIPS[corpus]),
  );
  const heard = new Map<string, HeardClip[]>();
  const folds = [...new Set(corpora.flat().map(({ fold }) => fold))].sort();
  for (const fold of folds) {
    const models = join(foldsDir, fold);
    if (!existsSync(models)) throw new Error(`${models} is missing: training/README.md says how folds are made.`);
    const served = await Served.open(models, workers);
    try {
      for (const { name, distort, corpora: wanted, most = Infinity } of CONDITIONS) {
        const own = corpora.flat().filter((clip) => clip.fold === fold && wanted.includes(clip.corpus));
        const clips = capped(own, most);
        const tell = progressOf(`voice, fold ${fold}, ${name}`, clips.length);
        for (const one of await hearClips(served, clips, distort, 2 * workers, tell)) {
          const key = `${one.clip.corpus} ${name}`;
          heard.set(key, [...(heard.get(key) ?? []), one]);
        }
      }
    } finally {
      await served.close();
    }
  }
  const figures: Figure[] = [];
  for (const [key, clips] of heard) {
    const corpus = clips[0]!.clip.corpus;
    const name = `${CORPUS_TOLD[corpus]}, ${key.slice(corpus.length + 1)}`;
    figures.push(...voiceFigures(name, clips, TARGETS[key] ?? {}, key === 'ravdess clean' ? ECE : {}));
  }
  keep(outDir, 'accuracy-voice', figures, 'npm run eval -- voice', pictures(heard.get('ravdess clean') ?? []));
}
