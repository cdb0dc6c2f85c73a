import type { FoundMoment } from '../history-store';

export interface RankedList {
  readonly moments: readonly FoundMoment[];
  readonly weight: number;
}

/** Damps the first ranks; Cormack, Clarke and Büttcher, "Reciprocal rank fusion", SIGIR 2009: 60. */
const K = 60;
/** Moments of one session this close together are one moment, ms. */
const SAME_MOMENT_MS = 8000;

/** One list of several by reciprocal rank fusion; of moments of one session close together the best stands for all. */
export function fuseRanks(lists: readonly RankedList[]): FoundMoment[] {
  const found = new Map<string, { moment: FoundMoment; score: number }>();
  for (const { moments, weight } of lists) {
    moments.forEach((moment, rank) => {
      const name = `${moment.kind}/${moment.sessionId}/${moment.utteranceId ?? moment.endMs}`;
      const one = found.get(name) ?? { moment, score: 0 };
      one.score += weight / (K + rank + 1);
      found.set(name, one);
    });
  }
  const ranked = [...found.values()].sort((a, b) => b.score - a.score);
  const kept: FoundMoment[] = [];
  for (const { moment, score } of ranked) {
    const isTold = kept.some((one) => one.kind === moment.kind && isSame(one, moment));
    if (!isTold) kept.push({ ...moment, score });
  }
  return kept;
}

/** Windows overlap; two utterances are one moment only where they are the same. */
function isSame(a: FoundMoment, b: FoundMoment): boolean {
  if (a.sessionId !== b.sessionId) return false;
  return a.kind === 'utterance' ? a.utteranceId === b.utteranceId : Math.abs(a.endMs - b.endMs) < SAME_MOMENT_MS;
}
