import type { Emotion } from '@rapport-live/protocol';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError, type Told } from '../metrics/calibration';
import { Confusion } from '../metrics/confusion';
import { type Judged } from '../metrics/judged';
import { type Figure, figure, overFolds, plain, type Target } from '../report/figures';
import { best } from '../served';
import { answerOf, classesOf, type HeardClip } from './voice';

/** Unweighted average recall over the classes of the corpus. */
export function uar(heard: readonly HeardClip[], classes: readonly Emotion[]): number {
  return confusionOf(heard, classes).macroRecall;
}

export function confusionOf(heard: readonly HeardClip[], classes: readonly Emotion[]): Confusion<Emotion> {
  return Confusion.of(
    classes,
    heard.map((one) => [one.clip.emotion, answerOf(one, classes)]),
  );
}

/** Of all seven emotions, as the service tells them. */
export function toldOf(heard: readonly HeardClip[]): Told[] {
  return heard.map(({ probabilities, clip }) => ({
    confidence: Math.max(...probabilities),
    right: best(probabilities) === clip.emotion,
  }));
}

/** The answer among the emotions of the corpus, the confidence among all seven; speakers belong together. */
export function judgedOf(heard: readonly HeardClip[]): Judged[] {
  const classes = classesOf(heard.map(({ clip }) => clip));
  const told = toldOf(heard);
  return heard.map((one, i) => ({
    ...{ truth: one.clip.emotion, answer: answerOf(one, classes), told: told[i]!, group: one.clip.speaker },
  }));
}

/** The figures of one corpus under one condition: `name` says both. */
export function voiceFigures(name: string, heard: readonly HeardClip[], target: Target, ece: Target): Figure[] {
  const classes = classesOf(heard.map(({ clip }) => clip));
  const folds = [...new Set(heard.map(({ clip }) => clip.fold))].sort();
  const byFold = folds.map((fold) =>
    uar(
      heard.filter(({ clip }) => clip.fold === fold),
      classes,
    ),
  );
  return [
    figure(`${name}: UAR, mean of the folds (lowest, highest fold)`, overFolds(byFold), 'share', target),
    figure(
      `${name}: UAR of all clips (interval over speakers)`,
      bootstrap(
        heard,
        (some) => uar(some, classes),
        ({ clip }) => clip.speaker,
      ),
      'share',
    ),
    plain(`${name}: expected calibration error`, calibrationError(toldOf(heard)), 'share', ece),
    plain(
      `${name}: clips with enough speech to be assessed`,
      heard.filter(({ present }) => present).length / heard.length,
      'share',
    ),
    plain(`${name}: clips`, heard.length, 'count'),
  ];
}
