import { readSpeech, SPEECH_CORPORA, type SpeechCorpus } from '../corpora/speech';
import type { EvalOptions } from '../main';
import { confusionPicture } from '../report/confusion-picture';
import { type Domain, domainFigures, ECE_TARGET } from '../report/domain-figures';
import { keep, type Target } from '../report/figures';
import { reliabilityPicture } from '../report/reliability-picture';
import { clean, telephone } from '../signal/distortions';
import { capped, classesOf, CORPUS_TOLD, type HeardClip } from './voice';
import { confusionOf, judgedOf, toldOf, voiceFigures } from './voice-figures';
import { type Condition, hearFolds } from './voice-folds';
import { groupFigures } from './voice-groups';

const COMMAND = 'npm run eval -- voice';

const TARGETS: Readonly<Record<string, Target>> = {
  'ravdess clean': { atLeast: 0.77 },
  'ravdess telephone band': { atLeast: 0.75 },
  'nemo clean': { atLeast: 0.65 },
  'urdu clean': { atLeast: 0.66 },
};

/** What most of the training speech is like; the two others are its small parts, by other people in other languages. */
export const DOMAIN_OF: Readonly<Record<SpeechCorpus, Domain>> = {
  ravdess: 'in domain',
  nemo: 'cross-corpus',
  urdu: 'cross-corpus',
};

/** Of each speaker and emotion. nEMO has 4,481 clips: so many give an interval of a few points. */
const MOST_CLIPS: Readonly<Record<SpeechCorpus, number>> = { ravdess: Infinity, nemo: 10, urdu: Infinity };
const SMOKE_CLIPS = 1;

/** Voice alone, of speakers that the models of their fold never heard. */
export async function evaluateVoice(options: EvalOptions): Promise<void> {
  const { dataDir, outDir, smoke } = options;
  const clips = SPEECH_CORPORA.flatMap((corpus) =>
    capped(readSpeech(dataDir, corpus), smoke ? SMOKE_CLIPS : MOST_CLIPS[corpus]),
  );
  const conditions: Condition[] = [
    { name: 'clean', distort: clean, clips },
    { name: 'telephone band', distort: telephone, clips },
  ];
  const heard = await hearFolds('voice', options, conditions);
  const of = (corpus: SpeechCorpus, condition: string): HeardClip[] =>
    heard.get(condition)!.filter(({ clip }) => clip.corpus === corpus);

  const figures = conditions.flatMap(({ name }) =>
    SPEECH_CORPORA.flatMap((corpus) =>
      voiceFigures(
        `${CORPUS_TOLD[corpus]}, ${name}`,
        of(corpus, name),
        TARGETS[`${corpus} ${name}`] ?? {},
        name === 'clean' ? ECE_TARGET[DOMAIN_OF[corpus]] : {},
      ),
    ),
  );
  keep(outDir, 'accuracy-voice', figures, COMMAND, pictures(of('ravdess', 'clean')));
  const domains = SPEECH_CORPORA.flatMap((corpus) =>
    domainFigures(`voice, ${CORPUS_TOLD[corpus]}`, DOMAIN_OF[corpus], judgedOf(of(corpus, 'clean'))),
  );
  keep(outDir, 'domains-voice', domains, COMMAND);
  keep(
    outDir,
    'groups-voice',
    SPEECH_CORPORA.flatMap((corpus) => groupFigures(corpus, heard)),
    COMMAND,
  );
}

/** Of RAVDESS as it is. */
function pictures(heard: readonly HeardClip[]): Record<string, string> {
  const classes = classesOf(heard.map(({ clip }) => clip));
  return {
    'confusion-voice': confusionPicture('RAVDESS, unseen speakers, voice alone', confusionOf(heard, classes)),
    'reliability-voice': reliabilityPicture('RAVDESS, unseen speakers, voice alone', toldOf(heard)),
  };
}
