import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pcmOfBytes } from '../signal/pcm';
import { readCsv } from './csv';

/** One word by a synthetic voice, cut where its sound begins and ends. */
export interface SaidWord {
  readonly word: string;
  readonly voice: string;
  /** 16 kHz mono. */
  readonly pcm: Int16Array<ArrayBuffer>;
}

const MAKE = 'python -m rapport_training.eval_words --out training/.work/eval/words';

/** PREPARED/words, as `rapport_training.eval_words` writes it. Throws with the command that makes it where it is missing. */
export function readSaidWords(preparedDir: string): SaidWord[] {
  const folder = join(preparedDir, 'words');
  if (!existsSync(join(folder, 'words.csv')))
    throw new Error(`${folder} is missing: ${MAKE} makes it (training/README.md).`);
  const sound = pcmOfBytes(readFileSync(join(folder, 'words.pcm')));
  let at = 0;
  const words = readCsv(readFileSync(join(folder, 'words.csv'), 'utf8')).map((row) => {
    const samples = Number(row['samples']);
    at += samples;
    return { word: row['word']!, voice: row['voice']!, pcm: sound.subarray(at - samples, at) };
  });
  if (at !== sound.length) throw new Error(`${folder}: words.csv says ${at} samples, words.pcm holds ${sound.length}`);
  return words;
}
