import type { TranscriptWord } from '@rapport-live/protocol';

/** Part of an utterance as a subtitle shows it. */
export interface CuePart {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Two lines of 42: what is read at a glance (the usual limit of broadcast and film subtitles). */
export const MAX_CUE_CHARACTERS = 84;
/** As long as a subtitle stands, ms. */
const MAX_CUE_MS = 7_000;
/** A silence between two words from which they are shown one after the other, ms. */
const PAUSE_MS = 1_000;

/** The utterance in parts of at most MAX_CUE_CHARACTERS (one longer word stays whole) and MAX_CUE_MS; undefined: it needs none. */
export function cueParts(text: string, words: readonly TranscriptWord[]): CuePart[] | undefined {
  const placed = placesIn(text, words);
  if (placed === undefined) return undefined;
  const parts: PlacedWord[][] = [];
  for (const word of placed) {
    const part = parts.at(-1);
    if (part !== undefined && fits(part, word)) part.push(word);
    else parts.push([word]);
  }
  if (parts.length < 2) return undefined;
  return parts.map((part, i) => ({
    // what stands between two words, as a dash, stays with the one before it
    text: text.slice(i === 0 ? 0 : part[0]!.start, parts[i + 1]?.[0]!.start).trim(),
    startMs: part[0]!.startMs,
    endMs: part.at(-1)!.endMs,
  }));
}

interface PlacedWord extends TranscriptWord {
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Undefined where the words are not those of the text: then their times say nothing of it. */
function placesIn(text: string, words: readonly TranscriptWord[]): PlacedWord[] | undefined {
  let at = 0;
  const placed: PlacedWord[] = [];
  for (const word of words) {
    const start = text.indexOf(word.word, at);
    if (start < 0) return undefined;
    at = start + word.word.length;
    placed.push({ ...word, start, end: at });
  }
  return placed;
}

function fits(part: readonly PlacedWord[], next: PlacedWord): boolean {
  const [first, last] = [part[0]!, part.at(-1)!];
  return (
    next.end - first.start <= MAX_CUE_CHARACTERS &&
    next.endMs - first.startMs <= MAX_CUE_MS &&
    next.startMs - last.endMs < PAUSE_MS
  );
}
