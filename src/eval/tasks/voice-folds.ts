import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SpeechClip } from '../corpora/speech';
import { codeFingerprint, KeptAnswers } from '../kept-answers';
import type { EvalOptions } from '../main';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';
import type { Distortion } from '../signal/distortions';
import { hearClip, type HeardClip } from './voice';

export interface Condition {
  readonly name: string;
  readonly distort: Distortion;
  /** Heard under this condition. */
  readonly clips: readonly SpeechClip[];
}

/** Every clip under its conditions, by the models of the fold that never heard its speaker; by the name of the condition. */
export async function hearFolds(
  what: string,
  { foldsDir, workers, answersDir }: Pick<EvalOptions, 'foldsDir' | 'workers' | 'answersDir'>,
  conditions: readonly Condition[],
): Promise<Map<string, HeardClip[]>> {
  const heard = new Map<string, HeardClip[]>(conditions.map(({ name }) => [name, []]));
  const folds = [...new Set(conditions.flatMap(({ clips }) => clips.map(({ fold }) => fold)))].sort();
  for (const fold of folds) {
    const models = foldFolder(foldsDir, fold);
    const served = await Served.open(models, workers);
    try {
      const kept = KeptAnswers.open(answersDir, [codeFingerprint(), served.fingerprint]);
      for (const { name, distort, clips } of conditions) {
        const own = clips.filter((clip) => clip.fold === fold);
        const told = await mapSome(
          own,
          2 * workers,
          async (clip) => ({
            clip,
            ...(await kept.of(`voice ${name} ${keyOf(clip)}`, () => hearClip(served, clip, distort))),
          }),
          progressOf(`${what}, fold ${fold}, ${name}`, own.length),
        );
        heard.get(name)!.push(...told);
      }
    } finally {
      await served.close();
    }
  }
  return heard;
}

/** The models that never heard the fold's speakers. Throws where they are missing. */
export function foldFolder(foldsDir: string, fold: string): string {
  const models = join(foldsDir, fold);
  if (!existsSync(models)) throw new Error(`${models} is missing: training/README.md says how folds are made.`);
  return models;
}

/** Its name and what is in it. */
function keyOf({ corpus, path, sound }: SpeechClip): string {
  return `${corpus}/${path} ${createHash('sha1').update(sound).digest('hex').slice(0, 12)}`;
}
