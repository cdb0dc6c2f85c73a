import type { SpeechCorpus } from '../corpora/speech';
import { type Figure, plain } from '../report/figures';
import { classesOf, CORPUS_TOLD, type HeardClip } from './voice';
import { uar } from './voice-figures';

/**
 * UAR of every group and every speaker of a corpus under each condition, with their counts. Recalls of emotions that a
 * group does not have are left out of its mean.
 */
export function groupFigures(corpus: SpeechCorpus, heard: ReadonlyMap<string, readonly HeardClip[]>): Figure[] {
  const conditions = [...heard].map(([name, all]) => ({ name, own: all.filter(({ clip }) => clip.corpus === corpus) }));
  const clips = conditions.flatMap(({ own }) => own.map(({ clip }) => clip));
  const classes = classesOf(clips);
  const groups = [
    ...new Set(clips.flatMap(({ groups: of }) => Object.entries(of).map(([kind, value]) => `${kind} ${value}`))),
  ];
  const speakers = [...new Set(clips.map(({ speaker }) => `speaker ${speaker}`))];
  return [...groups.sort(inOrder), ...speakers.sort(inOrder)].flatMap((group) => {
    const ofGroup = ({ clip }: HeardClip): boolean =>
      `speaker ${clip.speaker}` === group ||
      Object.entries(clip.groups).some(([kind, value]) => `${kind} ${value}` === group);
    const name = `${CORPUS_TOLD[corpus]}: ${group}`;
    return conditions.flatMap(({ name: condition, own }, i) => {
      const some = own.filter(ofGroup);
      const count = i === conditions.length - 1 ? [plain(`${name}: clips`, some.length, 'count')] : [];
      return [plain(`${name}: UAR, ${condition}`, uar(some, classes), 'share'), ...count];
    });
  });
}

/** Numbers as numbers. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
