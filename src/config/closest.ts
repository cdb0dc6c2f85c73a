/** The word that differs by two letters at most, if any. */
export function closest(word: string, words: readonly string[]): string | undefined {
  const MAX_EDITS = 2;
  const ranked = words.map((w) => ({ w, edits: edits(word, w) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= MAX_EDITS && best.edits < word.length ? best.w : undefined;
}

/** Levenshtein distance: letters put in, left out or changed. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
