/** A word at its time, ms. */
export interface TimedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** How far the ends of one word are from where they really are, ms; later is positive. */
export interface BoundaryErrors {
  readonly startMs: number;
  readonly endMs: number;
}

/** Further than this from its place, middle to middle, a word that is the same is another saying of it, ms. */
const SAME_WITHIN_MS = 500;

/** Of each word that was heard as itself near its place, the nearest one; others are misheard, and no matter of time. */
export function boundaryErrors(placed: readonly TimedWord[], heard: readonly TimedWord[]): BoundaryErrors[] {
  const free = new Set(heard);
  return placed.flatMap((truth) => {
    const near = [...free]
      .filter(({ word }) => word === truth.word)
      .map((word) => ({ word, away: Math.abs(middle(word) - middle(truth)) }))
      .filter(({ away }) => away <= SAME_WITHIN_MS)
      .sort((a, b) => a.away - b.away)[0]?.word;
    if (near === undefined) return [];
    free.delete(near);
    return [{ startMs: near.startMs - truth.startMs, endMs: near.endMs - truth.endMs }];
  });
}

const middle = ({ startMs, endMs }: TimedWord): number => (startMs + endMs) / 2;
