import { numberWord } from './number-words';
import type { DigitChain } from './redaction-digits';

/** What stands around digits when somebody reads out a number, and nothing else is told. */
const DICTATION = new Set(
  (
    "my card number numbers is it's its it that's that the last first next digits digit end ends ending with in begins " +
    'starts and then code yes yeah yep okay ok so uh um er erm please account sir madam thanks thank you go ahead ready ' +
    'wait sorry again said got got it was are on hold moment continue go right correct visa mastercard amex iban pin ' +
    'security expiry date phone mobile well oh hello here now a of s m credit debit bank sort routing no for to reads says'
  ).split(' '),
);
/** Behind digits, these say that something was counted, not read out. */
const COUNTED = new Set('of or digits digit numbers number is are was to on in a'.split(' '));
const MAX_OTHER_WORDS = 2;
const AHEAD = 32;

/** Whether a text may be the part of a dictated number: few of its words are about something else. */
export function readsOut(text: string): boolean {
  let others = 0;
  for (const { 0: word } of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    if (DICTATION.has(word.toLowerCase()) || numberWord(word) !== undefined) continue;
    if (++others > MAX_OTHER_WORDS) return false;
  }
  return true;
}

/** Nothing is counted by it: "two", "eleven please", but neither "two lamps" nor "one of them". */
export function standsFree(text: string, chain: DigitChain): boolean {
  const end = chain.digits.at(-1)?.end ?? 0;
  const next = /^\s{0,4}([\p{L}\p{M}]+)/u.exec(text.slice(end, end + AHEAD))?.[1];
  if (next === undefined) return true;
  const word = next.toLowerCase();
  return !COUNTED.has(word) && (DICTATION.has(word) || numberWord(word) !== undefined);
}
