import type { Meter } from './digit-items';
import { numberWord } from './number-words';

const ANNOUNCED =
  /(?<![\p{L}\p{N}[])pass[ -]?(?:word|code|phrase)(?:'s|\s{1,2}(?:is|was|would be|will be)|\s{0,2}[:=])[\s,:]{1,3}/giu;
/** What follows "my password is" when no password does. */
const NOT_A_SECRET = new Set(
  (
    'not wrong still incorrect invalid expired broken too very the a an my your his her their our that this what which ' +
    'always never now no yes being getting rejected refused blocked locked reset gone lost required correct right fine ' +
    'good bad weak strong missing unknown different same working accepted needed safe secure old new long short case so ' +
    'just like in on at for and but or to because also already really only it something somewhere changed supposed ' +
    'asked stored sent ok okay is was be uh um er one about there here probably maybe kind all set forgotten saved'
  ).split(' '),
);

/** The word behind "my password is". A passphrase of several words cannot be told from speech: only its first word goes. */
export function secretSpans(text: string, meter: Meter): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (const match of text.matchAll(ANNOUNCED)) {
    const from = match.index + match[0].length;
    const token = /^\S{1,64}/.exec(text.slice(from, from + 64))?.[0].replace(/[.,;?]+$/u, '') ?? '';
    meter.steps += match[0].length + token.length;
    const word = token.toLowerCase();
    if (token === '' || token.startsWith('[') || NOT_A_SECRET.has(word)) continue;
    // digits, written or spoken, are seen to as a number announced by this topic
    if (/^[\p{N}\p{P}]+$/u.test(token) || numberWord(word) !== undefined) continue;
    spans.push({ start: from, end: from + token.length });
  }
  return spans;
}
