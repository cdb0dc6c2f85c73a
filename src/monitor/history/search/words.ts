/** Words of a query that are looked for, at most. */
const MAX_WORDS = 32;

/** Runs of letters and digits, in lower case, each once. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].slice(0, MAX_WORDS);
}
