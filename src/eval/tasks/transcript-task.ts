import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../corpora/csv';
import type { EvalOptions } from '../main';
import { spokenWords } from '../metrics/spoken-words';
import { type WordErrors, wordErrorRate, wordErrors } from '../metrics/word-errors';
import { type Figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';
import { decodeVoice } from '../signal/decode';
import { heardUtterances } from '../signal/heard-words';
import { readPcm } from '../signal/pcm';
import { telephoneBytes } from '../signal/telephone';

/** Errors in 100 words. */
const TARGETS = { '16 kHz': 4, 'telephone band': 6 } as const;
type Band = keyof typeof TARGETS;
const SMOKE_CLIPS = 3;

interface Clip {
  readonly file: string;
  readonly kind: string;
  readonly transcript: string;
}

/**
 * Word error rate on the clips that have a transcript, at 16 kHz and through a telephone line. Prints each clip with its
 * errors. Other files than WAV are read by ffmpeg. Clips are few: two or three errors more or less mean nothing.
 */
export async function evaluateTranscript(options: EvalOptions): Promise<void> {
  const folder = join(options.dataDir, 'clips');
  const rows = readCsv(readFileSync(join(folder, 'clips.csv'), 'utf8')) as unknown as Clip[];
  const clips = rows.filter(({ transcript }) => transcript !== '').slice(0, options.smoke ? SMOKE_CLIPS : undefined);
  const served = await Served.open(options.modelsDir, options.workers);
  const figures: Figure[] = [];
  try {
    for (const band of Object.keys(TARGETS) as Band[]) {
      const heard = await mapSome(
        clips,
        options.workers,
        async (clip) => ({ clip, errors: await errorsOf(served, folder, clip, band) }),
        progressOf(`transcript, ${band}`, clips.length),
      );
      const kinds = [...new Set(clips.map(({ kind }) => kind))];
      const rate = (of: readonly { errors: WordErrors }[]) => wordErrorRate(of.map(({ errors }) => errors));
      figures.push(
        plain(`word error rate, ${band}, ${clips.length} clips`, rate(heard), '%', { atMost: TARGETS[band] }),
        ...kinds.map((kind) =>
          plain(`word error rate, ${band}, ${kind}`, rate(heard.filter(({ clip }) => clip.kind === kind)), '%'),
        ),
      );
    }
  } finally {
    await served.close();
  }
  keep(options.outDir, 'transcript', figures, 'npm run eval -- transcript');
}

async function errorsOf(served: Served, folder: string, clip: Clip, band: Band): Promise<WordErrors> {
  const wide = await readPcm(join(folder, clip.file));
  const pcm = band === '16 kHz' ? wide : await decodeVoice('mulaw-8k', telephoneBytes(wide));
  const said = (await heardUtterances(served, pcm, 'en')).map(({ text }) => text).join(' ');
  const errors = wordErrors(spokenWords(clip.transcript), spokenWords(said));
  const { substitutions, deletions, insertions, words } = errors;
  console.log(`${clip.file} ${band}: ${substitutions} + ${deletions} + ${insertions} of ${words}: ${said}`);
  return errors;
}
