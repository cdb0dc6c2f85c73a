import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emotion } from '@rapport-live/protocol';
import { readCsv } from './csv';
import { readTar } from './tar';

/** Acted: ravdess (English), nemo (Polish). From talk shows: urdu. */
export const SPEECH_CORPORA = ['ravdess', 'nemo', 'urdu'] as const;
export type SpeechCorpus = (typeof SPEECH_CORPORA)[number];

export interface SpeechClip {
  readonly corpus: SpeechCorpus;
  readonly path: string;
  readonly speaker: string;
  /** What else the corpus says of it: the speaker's sex, and for RAVDESS the intensity and the statement. */
  readonly groups: Readonly<Record<string, string>>;
  readonly emotion: Emotion;
  /** The fold whose models never heard this speaker. */
  readonly fold: string;
  /** Ogg Opus. */
  readonly sound: Buffer;
}

/** As training/rapport_training/labels.py has it: calm counts as neutral. */
const EMOTION_OF: Readonly<Record<string, Emotion>> = {
  angry: 'anger',
  disgust: 'disgust',
  fearful: 'fear',
  happy: 'joy',
  neutral: 'neutral',
  calm: 'neutral',
  sad: 'sadness',
  surprised: 'surprise',
};
const FOLDS = 5;

/** Every clip of a corpus under DATA/CORPUS (index.csv and CORPUS.tar). Throws when a file or label is missing. */
export function readSpeech(dataDir: string, corpus: SpeechCorpus): SpeechClip[] {
  const folder = join(dataDir, corpus);
  const sounds = readTar(readFileSync(join(folder, `${corpus}.tar`)));
  const rows = readCsv(readFileSync(join(folder, 'index.csv'), 'utf8'));
  const folds = foldsBySpeaker(rows.map(speakerOf));
  return rows.map((row) => {
    const emotion = EMOTION_OF[row['emotion'] ?? ''];
    const sound = sounds.get(row['path'] ?? '');
    if (emotion === undefined || sound === undefined) throw new Error(`${corpus}: ${row['path']} has no label or file`);
    const speaker = speakerOf(row);
    return {
      corpus,
      path: row['path']!,
      speaker,
      groups: groupsOf(row),
      emotion,
      fold: folds.get(speaker)!,
      sound,
    };
  });
}

const GROUPS: Readonly<Record<string, string>> = { sex: 'gender', intensity: 'intensity', statement: 'statement' };

function groupsOf(row: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(GROUPS).flatMap(([kind, column]) => (row[column] ? [[kind, row[column]]] : [])),
  );
}

function speakerOf(row: Record<string, string>): string {
  return row['actor'] ?? row['speaker'] ?? '';
}

/** As training/rapport_training/folds.py: of the sorted speakers every fifth is held out, from the fold's number on. */
export function foldsBySpeaker(speakers: readonly string[]): Map<string, string> {
  const byNumber = (a: string, b: string): number =>
    /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(a) - Number(b) : a < b ? -1 : 1;
  const ordered = [...new Set(speakers)].sort(byNumber);
  return new Map(ordered.map((speaker, i) => [speaker, String(i % FOLDS)]));
}
