import { type NumberWord, numberWord } from './number-words';

/** Counts the looks at characters and digits, so that tests can hold the work linear without a clock. */
export interface Meter {
  steps: number;
}

/**
 * How a digit is parted from the one before: not at all; by blanks, dashes and fillers; by a comma or full stop and a
 * blank, as recognisers write pauses; or by other points, slashes, colons and the word "and".
 */
export type Gap = 'none' | 'tight' | 'list' | 'loose';
export const GAP_ORDER: readonly Gap[] = ['none', 'tight', 'list', 'loose'];
export const widerGap = (a: Gap, b: Gap): Gap => (GAP_ORDER.indexOf(a) > GAP_ORDER.indexOf(b) ? a : b);

/** A written digit, or a word that belongs to numbers. */
export interface Item {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** What stands between it and the item before; `break`: something that ends a number. */
  readonly gap: Gap | 'break';
  /** 0-9, of a written digit. */
  readonly value?: number;
  readonly word?: NumberWord;
  /** `+` or `(` directly before a written digit, as phone numbers have it. */
  readonly lead?: { readonly sign: '+' | '('; readonly start: number };
}

const MAX_GAP = 4;
const TIGHT = /[\s\p{Pd}\u2212]/u;
const LOOSE = /[.,:;/\\|_*()+·•]/u;
/** Written between digits, they are invisible: joiners, variation selectors, enclosing key caps. */
const TRANSPARENT = /[\p{Cf}\p{M}]/u;
const WORD_CHAR = /[\p{L}\p{N}\p{M}]/u;

/** All items of `text` between the two offsets, in order; each character is read a fixed number of times. */
export function digitItems(text: string, from: number, to: number, meter: Meter): Item[] {
  const items: Item[] = [];
  let gap: Gap | 'break' = 'break';
  let gapLength = 0;
  let pause = false;
  let lead: Item['lead'];
  const push = (item: Omit<Item, 'gap'>): void => {
    items.push({ ...item, gap });
    gap = 'none';
    gapLength = 0;
    pause = false;
    lead = undefined;
  };

  for (let at = from; at < to;) {
    meter.steps++;
    const codePoint = text.codePointAt(at) ?? 0;
    const end = at + (codePoint > 0xffff ? 2 : 1);
    const value = digitValue(codePoint);
    if (value >= 0) {
      push({ start: at, end, value, lead });
      at = end;
      continue;
    }
    if (isAsciiLetter(codePoint)) {
      const wordEnd = endOfWord(text, at, to, meter);
      const word = standsAlone(text, at, wordEnd, from, to) ? numberWord(text.slice(at, wordEnd)) : undefined;
      if (word === undefined) gap = 'break';
      else push({ start: at, end: wordEnd, word });
      lead = undefined;
      at = wordEnd;
      continue;
    }
    const char = text.slice(at, end);
    const sign = char === '+' || char === '(' ? char : undefined;
    lead = sign === undefined ? undefined : { sign: lead?.sign === '+' ? '+' : sign, start: lead?.start ?? at };
    at = end;
    if (gap === 'break' || (codePoint >= 0x80 && TRANSPARENT.test(char))) continue;
    if (TIGHT.test(char)) {
      if (pause) gap = widerGap(gap, 'list');
      else if (gap === 'none') gap = 'tight';
    } else if (LOOSE.test(char)) {
      // a comma or full stop is a pause once a blank follows; until then it may be a decimal or a thousand
      const pauses: boolean = (char === ',' || char === '.') && !pause && /\s/u.test(text[end] ?? ' ');
      if (!pauses) gap = 'loose';
      pause = pauses;
    } else {
      gap = 'break';
    }
    if (++gapLength > MAX_GAP) gap = 'break';
  }
  return items;
}

const isAsciiLetter = (codePoint: number): boolean => {
  const lower = codePoint | 0x20;
  return codePoint < 0x80 && lower >= 0x61 && lower <= 0x7a;
};

function endOfWord(text: string, at: number, to: number, meter: Meter): number {
  while (at < to && isAsciiLetter(text.charCodeAt(at))) {
    meter.steps++;
    at++;
  }
  return at;
}

/** Not glued to a digit, a letter of another script or an apostrophe: `x4`, `4th`, `one's`. */
function standsAlone(text: string, start: number, end: number, from: number, to: number): boolean {
  const before = start > from ? text.slice(start - 1, start) : ' ';
  const after = end < to ? text.slice(end, end + 1) : ' ';
  return (
    !WORD_CHAR.test(before) && !WORD_CHAR.test(after) && !"'\u2019[".includes(before) && !"'\u2019]".includes(after)
  );
}

const knownValues = new Map<number, number>();

/** The value of a decimal digit of any script, full width, superscript or circled; else -1. */
export function digitValue(codePoint: number): number {
  if (codePoint < 0x80) return codePoint >= 0x30 && codePoint <= 0x39 ? codePoint - 0x30 : -1;
  const char = String.fromCodePoint(codePoint);
  if (!/\p{N}/u.test(char)) return -1;
  let value = knownValues.get(codePoint);
  if (value === undefined) {
    value = computeDigitValue(codePoint, char);
    knownValues.set(codePoint, value); // bounded by the numbers in Unicode, below 2,000
  }
  return value;
}

function computeDigitValue(codePoint: number, char: string): number {
  const folded = char.normalize('NFKC');
  if (/^[0-9]$/.test(folded)) return Number(folded);
  if (!/\p{Nd}/u.test(char)) return -1;
  // Unicode 4.6: decimal digits are encoded as unbroken ranges of ten that begin with zero
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
}
