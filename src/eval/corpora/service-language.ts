import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emotion } from '@rapport-live/protocol';
import { readCsv } from './csv';
import { type LabelledText, readTexts } from './texts';

/** One customer turn, machine-labelled by two blind passes; a judgement is absent where they differ. */
export interface ServiceTurn {
  readonly text: string;
  readonly label?: Emotion;
  readonly plainRequest?: boolean;
  readonly upset?: boolean;
  /** Drawn for a swear word: told apart, since these are the easy ones. */
  readonly swearing: boolean;
  /** Of MultiDoGO, such as airline; Bitext has none and is called by its name. */
  readonly domain: string;
}

const FOLDER = join('training', 'rapport_training', 'service_language');

/** One half of the set (training/rapport_training/service_language): ids and labels from there, texts from DATA/text. */
export function readServiceTurns(dataDir: string, half: 'tuning' | 'final'): ServiceTurn[] {
  const read = (name: string) => readCsv(readFileSync(join(FOLDER, name), 'utf8'));
  const labels = new Map(read('labels.csv').map((row) => [row['id']!, row]));
  const sources = ['multidogo_turn', 'bitext27'] as const;
  const texts = new Map<string, LabelledText>(
    sources.flatMap((name) => readTexts(dataDir, name, 'train').map((read) => [`${name} ${read.id}`, read] as const)),
  );
  return read('sample.csv')
    .filter((row) => row['half'] === half)
    .map((row) => {
      const read = texts.get(`${row['source']} ${row['source_id']}`);
      const judged = labels.get(row['id']!);
      if (read === undefined || judged === undefined)
        throw new Error(`service language: ${row['id']} has no text or label`);
      return {
        text: read.text,
        domain: read.row['domain'] ?? 'Bitext',
        label: (judged['label'] || undefined) as Emotion | undefined,
        plainRequest: flag(judged['plain_request']),
        upset: flag(judged['upset']),
        swearing: row['stratum'] === 'offensive',
      };
    });
}

const flag = (value: string | undefined): boolean | undefined => (value ? value === '1' : undefined);
