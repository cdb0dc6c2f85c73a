import type { Told } from './calibration';
import { Confusion } from './confusion';

/** One item with a single true class, and what was said of it. */
export interface Judged {
  readonly truth: string;
  readonly answer: string;
  /** Of the answer as the service tells it, which may have more classes than the corpus. */
  readonly told: Told;
  /** Items of one group (a speaker's clips) are alike and are drawn together. */
  readonly group?: string;
}

/** Mean of the recalls of the classes that occur. An answer that is no class of the items counts as wrong. */
export function macroRecall(judged: readonly Judged[]): number {
  return confusionOf(judged).macroRecall;
}

export function accuracy(judged: readonly Judged[]): number {
  return judged.filter(({ truth, answer }) => truth === answer).length / Math.max(1, judged.length);
}

/** @param labels in the order of rows and columns; default: all that occur, sorted */
export function confusionOf(judged: readonly Judged[], labels = labelsOf(judged)): Confusion {
  return Confusion.of(
    labels,
    judged.map(({ truth, answer }) => [truth, answer]),
  );
}

function labelsOf(judged: readonly Judged[]): string[] {
  return [...new Set(judged.flatMap(({ truth, answer }) => [truth, answer]))].sort();
}
