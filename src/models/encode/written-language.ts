import type { eld as Detector } from 'eld/extrasmall' with { 'resolution-mode': 'import' };

/**
 * The one file that knows eld: n-grams of 60 languages. Its smallest data: 29 MB of heap and a third of a second to load,
 * which blocks the thread, so it is loaded while the service starts.
 */

let detector: typeof Detector | undefined;

export interface WrittenLanguage {
  /** ISO 639-1. */
  readonly language: string;
  /** Likeness in [0, 1]: no probability. */
  readonly score: number;
  /** Over the score of the next language. */
  readonly lead: number;
}

/** Call once before `readLanguage`; later calls cost nothing. */
export async function loadWrittenLanguages(): Promise<void> {
  detector ??= (await import('eld/extrasmall')).eld;
}

/** Undefined when the text is like no language that it knows. */
export function readLanguage(text: string): WrittenLanguage | undefined {
  if (detector === undefined) throw new Error('loadWrittenLanguages was not called');
  const result = detector.detect(text);
  if (result.language === '') return undefined;
  const [score = 0, next = 0] = Object.values(result.getScores()).sort((a, b) => b - a);
  return { language: result.language, score, lead: result.isReliable() ? score - next : 0 };
}

export const letters = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;
