import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultLine } from './analyze-recording';
import { Refusal } from './refusal';
import { readCall } from './report/call';
import { reportPage } from './report/page';
import { webVtt } from '../captions/vtt';

export interface AnalyzedCall {
  readonly name: string;
  readonly results: readonly ResultLine[];
  readonly remarks: readonly string[];
}

/** Makes the folder, if it is not there. Throws a Refusal where nothing could be written later. */
export function prepareFolder(folder: string): void {
  orRefusal(folder, () => {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  });
}

/** Writes results.jsonl, transcript.vtt and report.html, over those of a run before; gives the path of the report. */
export function writeResults(folder: string, { name, results, remarks }: AnalyzedCall): string {
  const events = results.map(({ event }) => event);
  const report = join(folder, 'report.html');
  orRefusal(folder, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'results.jsonl'), results.map((line) => `${JSON.stringify(line)}\n`).join(''));
    writeFileSync(join(folder, 'transcript.vtt'), webVtt(events));
    writeFileSync(report, reportPage(readCall(events), { name, remarks }));
  });
  return report;
}

function orRefusal(folder: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Refusal(`${folder} cannot be written (${code}): choose another folder with --out.`);
  }
}
