/**
 * Whisper's way of failing on short sound: the right words, and then the same words again and again. A run of equal
 * units is taken for a loop when
 * - the unit is five tokens or longer (a whole clause, word for word), or
 * - it comes three times or more and nobody speaks that fast: the decoder ran into its token limit, or wrote more
 *   than `plausibleTokens`.
 * "No, no, no" in a second of speech is neither and stays. A clause truly said twice is written once: the price
 * of the first rule.
 */
export interface GuardContext {
  /** Tokens that a fast speaker could have said in this utterance. */
  readonly plausibleTokens: number;
  /** The decoder never said it was done. */
  readonly ranIntoLimit: boolean;
}

const CLAUSE_TOKENS = 5;
const LOOP_COPIES = 3;

/** Indexes of the tokens to keep, ascending: all of them, or all but the second and later copies of each loop. */
export function withoutLoops(ids: readonly number[], context: GuardContext): number[] {
  let kept = ids.map((_, i) => i);
  for (;;) {
    const loop = findLoop(
      kept.map((i) => ids[i] as number),
      context,
      ids.length,
    );
    if (!loop) return kept;
    kept = [...kept.slice(0, loop.keepUntil), ...kept.slice(loop.resumeAt)];
  }
}

function findLoop(
  ids: readonly number[],
  { plausibleTokens, ranIntoLimit }: GuardContext,
  writtenTokens: number,
): { keepUntil: number; resumeAt: number } | undefined {
  const tooFast = ranIntoLimit || writtenTokens > plausibleTokens;
  for (let unit = 1; unit <= ids.length / 2; unit++) {
    for (let start = 0; start + 2 * unit <= ids.length; start++) {
      const copies = copiesAt(ids, start, unit);
      if (copies < 2 || (unit < CLAUSE_TOKENS && !(copies >= LOOP_COPIES && tooFast))) continue;
      const end = start + copies * unit;
      // A loop at the end is cut within its next copy: those tokens go too.
      const cut = ids.length - end;
      const partCopy = ranIntoLimit && cut < unit && equal(ids, start, end, cut);
      return { keepUntil: start + unit, resumeAt: partCopy ? ids.length : end };
    }
  }
  return undefined;
}

function copiesAt(ids: readonly number[], start: number, unit: number): number {
  let copies = 1;
  while (start + (copies + 1) * unit <= ids.length && equal(ids, start, start + copies * unit, unit)) copies++;
  return copies;
}

function equal(ids: readonly number[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (ids[a + i] !== ids[b + i]) return false;
  return true;
}
