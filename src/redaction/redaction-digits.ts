/** How a digit is parted from the one before: not at all, by blanks and dashes, or also by points, commas and the like. */
export type Gap = 'none' | 'tight' | 'loose';

export interface Digit {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** 0-9, whatever the script. */
  readonly value: number;
  readonly gap: Gap;
}

/** Digits with nothing but separators between them, at most `MAX_GAP` each time. */
export interface DigitChain {
  readonly digits: readonly Digit[];
  /** `+` or `(` directly before the first digit, as phone numbers have it. */
  readonly lead: '+' | '(' | '';
  /** Offset of the lead, else of the first digit. */
  readonly leadStart: number;
}

const MAX_GAP = 4;
const TIGHT = /[\s\p{Pd}\u2212]/u;
const LOOSE = /[.,:;/\\|_*()+·•]/u;
/** Written between digits, they are invisible: joiners, variation selectors, enclosing key caps. */
const TRANSPARENT = /[\p{Cf}\p{M}]/u;

/** Every chain of `text` between the two offsets, in order; one pass. */
export function digitChains(text: string, from: number, to: number): DigitChain[] {
  const chains: DigitChain[] = [];
  let digits: Digit[] = [];
  let lead: DigitChain['lead'] = '';
  let leadStart = from;
  let pendingLead: { readonly sign: '+' | '('; readonly start: number } | undefined;
  let gap = 'none' as Gap;
  let gapLength = 0;

  const close = (): void => {
    if (digits.length > 0) chains.push({ digits, lead, leadStart });
    digits = [];
    gap = 'none';
    gapLength = 0;
  };

  for (let at = from; at < to;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const end = at + (codePoint > 0xffff ? 2 : 1);
    const value = digitValue(codePoint);
    const char = text.slice(at, end);
    if (value >= 0) {
      if (digits.length === 0) {
        lead = pendingLead?.sign ?? '';
        leadStart = pendingLead?.start ?? at;
      }
      digits.push({ start: at, end, value, gap: digits.length === 0 ? 'none' : gap });
      gap = 'none';
      gapLength = 0;
    } else if (codePoint < 0x80 || !TRANSPARENT.test(char)) {
      const tight = TIGHT.test(char);
      if (digits.length > 0 && (tight || LOOSE.test(char))) {
        gap = tight && gap !== 'loose' ? 'tight' : 'loose';
        if (++gapLength > MAX_GAP) close();
      } else {
        close();
      }
    }
    if (char === '+' || char === '(')
      pendingLead = { sign: pendingLead?.sign === '+' ? '+' : char, start: pendingLead?.start ?? at };
    else pendingLead = undefined;
    at = end;
  }
  close();
  return chains;
}

const knownValues = new Map<number, number>();

/** The value of a decimal digit of any script, full width, superscript or circled; else -1. */
function digitValue(codePoint: number): number {
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
