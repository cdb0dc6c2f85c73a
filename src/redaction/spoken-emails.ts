import type { Meter } from './digit-items';
import { numberWord } from './number-words';
import type { EmailSpan } from './redaction-emails';

/** A word, a sign between words, or anything else that ends an address. */
interface Token {
  readonly start: number;
  readonly end: number;
  readonly lower: string;
}

const words = (list: string): Set<string> => new Set(list.split(' '));

/** Endings that are said: generic ones, and those of countries with many speakers among customers. */
const ENDINGS = words(
  'com org net edu gov info biz io me app dev co ai uk us ca au nz ie de at ch nl be fr es pt it pl cz se no dk fi eu in jp',
);
const JOINTS = words('dot point period underscore dash hyphen minus plus . _ - +');
/** Before "at", these make a place or a site of it: "look at example dot com". */
const NO_NAMES = words(
  'look looked looking am is are was were be been it its me us you we they them him her i he she meet met see seen saw ' +
    'buy bought order ordered ordering shop shopped online site website page here there arrived available that this ' +
    'one found find work works worked live lives stay contact out up back but and or to on in only registered account ' +
    'email mail address',
);
const FILLERS = words('uh um er like so yes yeah');
const EMAIL_CONTEXT = /\b(?:e-?mails?|mail|address)\b/;
const MAX_LOCAL = 14;
const MAX_DOMAIN = 10;
const MAX_PLAIN = 3;

/**
 * "john dot smith at example dot com", also half written ("john.smith at gmail.com") and with a spelled name. Looks a
 * fixed number of words to both sides of each "at".
 */
export function spokenEmailSpans(text: string, meter: Meter): EmailSpan[] {
  const ats = [...text.matchAll(/(?<![\p{L}\p{N}])at(?![\p{L}\p{N}])/giu)];
  const spans: EmailSpan[] = [];
  let floor = 0;
  for (const { index } of ats) {
    if (index < floor) continue;
    meter.steps++;
    const end = domainEnd(tokens(text.slice(index + 2, index + 2 + 120), index + 2));
    if (end === undefined) continue;
    const from = Math.max(floor, index - 160);
    const start = localStart(tokens(text.slice(from, index), from).slice(-MAX_LOCAL - 4), text.slice(from, index));
    if (start === undefined) continue;
    spans.push({ start, end });
    floor = end;
  }
  return spans;
}

const tokens = (slice: string, from: number): Token[] =>
  [...slice.matchAll(/[\p{L}\p{M}\p{N}]+(?:['\u2019]\p{L}+)?|[^\s()<>]/gu)].map(({ 0: word, index }) => ({
    start: from + index,
    end: from + index + word.length,
    lower: word.toLowerCase(),
  }));

/** End of `NAME dot ENDING`, the longest; a name may be spelled or of up to three words. */
function domainEnd(ahead: readonly Token[]): number | undefined {
  let end: number | undefined;
  let named = 0;
  for (let i = 0; i < Math.min(ahead.length, MAX_DOMAIN + 20); i++) {
    const token = ahead[i] as Token;
    if (token.lower === 'dot' || token.lower === '.' || token.lower === 'point') {
      const next = ahead[i + 1];
      if (named === 0 || next === undefined || !isWord(next)) break;
      if (token.lower === '.' && (token.end !== next.start || token.start !== ahead[i - 1]?.end)) break;
      if (ENDINGS.has(next.lower)) end = next.end;
      named = 1;
      i++;
    } else if (end !== undefined || token.lower === 'at') break;
    else if (isWord(token) || JOINTS.has(token.lower)) {
      if (isWord(token) && token.lower.length > 1 && ++named > MAX_PLAIN) break;
      if (token.lower.length === 1) named = Math.max(named, 1);
    } else break;
  }
  return end;
}

/** Backward from "at": names joined by "dot" and the like, letters, numbers; more plain words when "email" was said. */
function localStart(behind: readonly Token[], slice: string): number | undefined {
  const roomy = EMAIL_CONTEXT.test(slice.toLowerCase());
  let start: number | undefined;
  let plain = 0;
  let joined = false;
  for (let i = behind.length - 1; i >= 0 && behind.length - i <= MAX_LOCAL; i--) {
    const token = behind[i] as Token;
    if (JOINTS.has(token.lower)) {
      if (start === undefined) return undefined;
      // a full stop ends a sentence; the point of an address touches what follows
      if (!isWordLike(token) && token.end !== start) break;
      joined = true;
      continue;
    }
    if (!isWord(token) || /['\u2019]/.test(token.lower) || token.lower === 'at') break;
    const spelled =
      token.lower.length === 1 || numberWord(token.lower)?.kind === 'unit' || /^\p{N}+$/u.test(token.lower);
    const number = spelled || ['tens', 'teen', 'oh', 'multiple'].includes(numberWord(token.lower)?.kind ?? '');
    if (!joined && !number) {
      const continued = isWordLike(behind[i - 1] ?? token) && JOINTS.has(behind[i - 1]?.lower ?? '');
      if (!continued && (NO_NAMES.has(token.lower) || FILLERS.has(token.lower))) break;
      if (++plain > (roomy ? MAX_PLAIN : 1)) break;
    } else if (!joined && token.lower === 'i') break;
    start = token.start;
    joined = false;
  }
  return start;
}

const isWordLike = (token: Token): boolean => /^[\p{L}\p{M}\p{N}]/u.test(token.lower);
const isWord = (token: Token): boolean => isWordLike(token) && !JOINTS.has(token.lower);
