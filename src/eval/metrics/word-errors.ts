export interface WordErrors {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** In the reference. */
  readonly words: number;
}

/** Cost, and the way it came: substitutions, deletions, insertions. */
type Cell = readonly [cost: number, substitutions: number, deletions: number, insertions: number];

/**
 * The least number of words put in another's place, left out and added (Levenshtein), of which a word error rate is made.
 * A word written as two ("wood cutters") is the same word: what is heard is one and the same.
 */
export function wordErrors(reference: readonly string[], heard: readonly string[]): WordErrors {
  let rows: Cell[][] = [];
  for (let i = 0; i <= reference.length; i++) {
    const row: Cell[] = [];
    for (let j = 0; j <= heard.length; j++) {
      const ways: Cell[] = [];
      const from = (cell: Cell | undefined, add: Cell): void => {
        if (cell !== undefined) ways.push([cell[0] + add[0], cell[1] + add[1], cell[2] + add[2], cell[3] + add[3]]);
      };
      const [above, twoAbove] = [rows.at(-1), rows.at(-2)];
      if (i === 0 && j === 0) ways.push([0, 0, 0, 0]);
      if (i > 0 && j > 0) from(above![j - 1], reference[i - 1] === heard[j - 1] ? [0, 0, 0, 0] : [1, 1, 0, 0]);
      if (i > 0) from(above![j], [1, 0, 1, 0]);
      if (j > 0) from(row[j - 1], [1, 0, 0, 1]);
      if (i > 1 && j > 0 && `${reference[i - 2]}${reference[i - 1]}` === heard[j - 1]) {
        from(twoAbove![j - 1], [0, 0, 0, 0]);
      }
      if (i > 0 && j > 1 && reference[i - 1] === `${heard[j - 2]}${heard[j - 1]}`) from(above![j - 2], [0, 0, 0, 0]);
      row.push(ways.reduce((best, way) => (way[0] < best[0] ? way : best)));
    }
    rows = [...rows.slice(-1), row];
  }
  const [, substitutions, deletions, insertions] = rows.at(-1)!.at(-1)!;
  return { substitutions, deletions, insertions, words: reference.length };
}

/** Errors in 100 words of the reference, over many texts. */
export function wordErrorRate(all: readonly WordErrors[]): number {
  const sum = (of: (errors: WordErrors) => number): number => all.reduce((total, errors) => total + of(errors), 0);
  return (
    (100 * sum(({ substitutions, deletions, insertions }) => substitutions + deletions + insertions)) /
    sum(({ words }) => words)
  );
}
