import { ibanLength, isIban, isNino } from './check-digits';
import type { Meter } from './digit-items';
import { numberWord } from './number-words';

export interface CodeSpan {
  readonly start: number;
  readonly end: number;
  readonly kind: 'iban' | 'national_id';
}

/** A letter or digit of a code, written or spelled; `word` numbers the token that it stands in. */
interface Sign {
  readonly start: number;
  readonly end: number;
  readonly char: string;
  readonly word: number;
}

const TOKEN = /[A-Za-z0-9]+/g;
const GAP = /^[\s.,\p{Pd}\p{Cf}]{0,4}$/u;
const MAX_WRITTEN = 40;
const NINO_LENGTH = 9;

/**
 * Codes of letters and digits that prove themselves: IBANs (country, length and check digits) and UK national
 * insurance numbers, however grouped, written or spelled aloud. From each sign at most 34 others are looked at.
 */
export function codeSpans(text: string, meter: Meter): CodeSpan[] {
  const spans: CodeSpan[] = [];
  for (const signs of stretches(text, meter)) {
    for (let i = 0; i + NINO_LENGTH <= signs.length; i++) {
      meter.steps++;
      if (signs[i]?.word === signs[i - 1]?.word) continue;
      const length = codeLength(signs, i, meter);
      if (length === 0) continue;
      const kind = length === NINO_LENGTH ? 'national_id' : 'iban';
      spans.push({ start: signs[i]?.start ?? 0, end: signs[i + length - 1]?.end ?? 0, kind });
      i += length - 1;
    }
  }
  return spans;
}

function codeLength(signs: readonly Sign[], first: number, meter: Meter): number {
  const read = (length: number): string => {
    let code = '';
    for (let i = first; i < first + length && i < signs.length; i++) {
      meter.steps++;
      code += signs[i]?.char ?? '';
    }
    return code;
  };
  const head = read(4);
  if (!/^[A-Z]{2}\d/.test(head)) return 0;
  const iban = ibanLength(head.slice(0, 2));
  if (iban !== undefined && ends(signs, first + iban) && isIban(read(iban))) return iban;
  return ends(signs, first + NINO_LENGTH) && isNino(read(NINO_LENGTH)) ? NINO_LENGTH : 0;
}

/** A code fills its last token. */
const ends = (signs: readonly Sign[], after: number): boolean =>
  after <= signs.length && signs[after - 1]?.word !== signs[after]?.word;

function* stretches(text: string, meter: Meter): Generator<Sign[]> {
  let signs: Sign[] = [];
  let word = 0;
  let times = 1;
  let tens: Sign | undefined;
  let last = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    meter.steps += token.length;
    const span = { start: index, end: index + token.length, word: ++word };
    if (!GAP.test(text.slice(last, Math.min(index, last + 5)))) {
      if (signs.length > 0) yield signs;
      signs = [];
      times = 1;
      tens = undefined;
    }
    last = span.end;
    const spoken = numberWord(token);
    if (spoken?.kind === 'multiple') times = spoken.times;
    else if (spoken !== undefined && 'digits' in spoken && spoken.kind !== 'homophone') {
      // "twenty two" is 22, not 20 2
      if (tens !== undefined && spoken.kind === 'unit') signs.pop();
      for (const char of spoken.digits.repeat(times)) signs.push({ ...span, char });
      tens = spoken.kind === 'tens' ? signs.at(-1) : undefined;
      times = 1;
    } else if (spoken === undefined || /^[0-9oO]$/.test(token)) {
      tens = undefined;
      if (isCodeToken(token)) {
        let at = index;
        for (const char of token.toUpperCase()) {
          for (let n = 0; n < times; n++) signs.push({ start: at, end: at + 1, word, char });
          at++;
        }
      } else {
        if (signs.length > 0) yield signs;
        signs = [];
      }
      times = 1;
    }
  }
  if (signs.length > 0) yield signs;
}

/** Digits with or without letters, one letter, or a few capitals. */
const isCodeToken = (token: string): boolean =>
  token.length <= MAX_WRITTEN && (/\d/.test(token) || token.length === 1 || /^[A-Z]{2,6}$/.test(token));
