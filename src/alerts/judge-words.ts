import type { AlertText } from './alert-event';
import type { FoundWords, LeafState } from './alert-state';
import type { LeafOf } from './compiled-rule';
import type { Moment } from './moment';
import { findPhrase, wordsOf } from './phrases';
import { type Judged, yesOrNo } from './verdict';

/** What is said in time may still be on its way through transcription, ms. */
export const TRANSCRIPT_GRACE_MS = 10_000;

type WordsLeaf = LeafOf<'said'> | LeafOf<'notSaid'>;

/** Remembers of a text what the leaf asks for. `words`: of the text, taken apart once for all rules. */
export function hearWords(before: LeafState, leaf: WordsLeaf, text: AlertText, words: readonly string[]): LeafState {
  const { given, phrases, after } = leaf;
  let state = before;
  if (after !== undefined && given.after !== undefined && isBy(given.after.by, text) && findPhrase(after, words) >= 0) {
    state = askedFor(state, leaf, text.startMs);
  }
  if (!isBy(given.by, text)) return state;
  if (state.heard !== true) state = { ...state, heard: true };
  const phrase = findPhrase(phrases, words);
  if (phrase < 0) return state;
  const { startMs, endMs, utteranceId } = text;
  const found = { startMs, endMs, utteranceId, phrase };
  if (after === undefined) return counted(state, leaf, found, 0);
  const isNewest = state.found === undefined || state.found.startMs <= startMs;
  return counted(isNewest ? { ...state, found } : state, leaf, found, state.afterMs);
}

/**
 * The words are due from here on. Of two parties each is transcribed for itself, so that an answer may be there before what it answers:
 * what was found already counts too.
 */
function askedFor(before: LeafState, leaf: WordsLeaf, fromMs: number): LeafState {
  const { heard, found, afterMs, ...said } = before;
  const isAwaited = leaf.kind === 'notSaid' && afterMs !== undefined && said.saidMs === undefined;
  const state = {
    ...(heard === undefined ? {} : { heard }),
    ...(found === undefined ? {} : { found }),
    // what was said is said, for as long as its rule keeps it; what must be said must be said each time
    ...(leaf.kind === 'said' || isAwaited ? said : {}),
    // what has not come yet is still awaited from where it was due first
    afterMs: isAwaited ? Math.min(afterMs, fromMs) : Math.max(afterMs ?? 0, fromMs),
  };
  return found === undefined ? state : counted(state, leaf, found, fromMs);
}

/** The words are said if they were in time. @param fromMs where they are due; undefined: not yet */
function counted(state: LeafState, leaf: WordsLeaf, found: FoundWords, fromMs: number | undefined): LeafState {
  if (fromMs === undefined || found.startMs < fromMs) return state;
  if (leaf.kind === 'said' && found.startMs - fromMs > (leaf.given.withinMs ?? Infinity)) return state;
  if (state.saidMs !== undefined && state.saidMs > found.endMs) return state;
  const { endMs: saidMs, utteranceId, phrase } = found;
  return { ...state, saidMs, utteranceId, phrase };
}

export function judgeSaid(state: LeafState, { given }: LeafOf<'said'>, { nowMs }: Moment): Judged {
  const { saidMs, utteranceId, phrase } = state;
  const isRecent = saidMs !== undefined && nowMs - saidMs <= given.keepMs;
  return yesOrNo(state, isRecent, {
    ...{ condition: 'said', of: given.by, sinceMs: saidMs, utteranceId, phrase: given.anyOf[phrase ?? 0] },
  });
}

/** Nothing is held against a speaker of whom no word was ever heard. */
export function judgeNotSaid(state: LeafState, { given }: LeafOf<'notSaid'>, { nowMs, talk }: Moment): Judged {
  const fromMs = given.after === undefined ? 0 : state.afterMs;
  if (fromMs === undefined || state.saidMs !== undefined) return { state: off(state), verdict: 'no' };
  const dueMs = fromMs + given.withinMs;
  if (nowMs < dueMs + TRANSCRIPT_GRACE_MS) return { state: off(state), verdict: 'no' };
  if (state.heard !== true) return { state, verdict: 'unknown' };
  // who is on hold is told nothing
  if (talk.onHold && state.on !== true) return { state, verdict: 'no' };
  const evidence = { condition: 'notSaid', of: given.by, sinceMs: dueMs, phrase: given.anyOf[0] } as const;
  return yesOrNo(state.on === true ? state : { ...state, on: true }, true, evidence);
}

/** Texts are taken apart once, for all rules. */
export const heardWords = ({ text }: AlertText): string[] => wordsOf(text);

const isBy = (by: string, { party }: AlertText): boolean => by === 'anyone' || by === party;

function off({ on: _, ...state }: LeafState): LeafState {
  return state;
}
