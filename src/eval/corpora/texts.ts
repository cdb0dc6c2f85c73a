import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCsv } from './csv';

export interface LabelledText {
  readonly id: string;
  readonly text: string;
  readonly labels: readonly string[];
  /** Further columns of the corpus. */
  readonly row: Readonly<Record<string, string>>;
}

export type Split = 'train' | 'dev' | 'test';

/** One split of DATA/text/NAME.csv.gz: id, text, label (several joined by `|`), split. */
export function readTexts(dataDir: string, name: string, split: Split): LabelledText[] {
  const csv = gunzipSync(readFileSync(join(dataDir, 'text', `${name}.csv.gz`))).toString('utf8');
  return readCsv(csv)
    .filter((row) => row['split'] === split)
    .map((row) => ({ id: row['id']!, text: row['text']!, labels: row['label']!.split('|'), row }));
}
