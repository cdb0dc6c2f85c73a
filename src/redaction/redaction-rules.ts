import { type DigitChain, digitChains } from './redaction-digits';
import { emailSpans } from './redaction-emails';

/** What is masked, each as `[kind]`. */
export const REDACTION_KINDS = ['card', 'email', 'phone', 'number'] as const;
export type RedactionKind = (typeof REDACTION_KINDS)[number];

interface Mask {
  readonly start: number;
  readonly end: number;
  readonly kind: RedactionKind;
}

/** ISO/IEC 7812: a primary account number has at most 19 digits; 13 is the shortest in use. */
const CARD_DIGITS = { min: 13, max: 19 } as const;
/** ITU-T E.164 allows 15; below 7 it is no full subscriber number. */
const PHONE_DIGITS = { min: 7, max: 15 } as const;
/** Records are never recalled, so what could still grow into a card or account number goes at once. */
const MIN_MASKED_DIGITS = 4;
/** Points, commas and slashes group dates, times and amounts too: only from this many digits on are they one number. */
const MIN_LOOSE_DIGITS = 7;

/**
 * Masks e-mail addresses, payment cards (13-19 digits with Luhn's check digit, however grouped), phone numbers, and
 * every other run of four or more digits. Digits of all scripts count. A year, an order number and a price of four
 * digits fall to the last rule on purpose; `20 dollars`, `12.50`, `10:30` and `10-12 days` stay.
 * One pass over the text and at most a fixed number of looks at each digit: no pattern can make it slow.
 */
export function redactText(text: string): { text: string; redactions: Partial<Record<RedactionKind, number>> } {
  const masks: Mask[] = [];
  let from = 0;
  for (const { start, end } of emailSpans(text)) {
    masks.push(...digitMasks(text, from, start), { start, end, kind: 'email' });
    from = end;
  }
  masks.push(...digitMasks(text, from, text.length));

  const redactions: Partial<Record<RedactionKind, number>> = {};
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, kind } of masks) {
    parts.push(text.slice(at, start), `[${kind}]`);
    redactions[kind] = (redactions[kind] ?? 0) + 1;
    at = end;
  }
  parts.push(text.slice(at));
  return { text: parts.join(''), redactions };
}

function digitMasks(text: string, from: number, to: number): Mask[] {
  return digitChains(text, from, to).flatMap((chain) => chainMasks(chain));
}

function chainMasks(chain: DigitChain): Mask[] {
  const count = chain.digits.length;
  if (count < MIN_MASKED_DIGITS) return [];
  const cards = cardWindows(chain);
  if (cards.length > 0) return maskCards(chain, cards);
  if (isPhone(chain)) return [{ start: chain.leadStart, end: endOf(chain, count - 1), kind: 'phone' }];

  const masks: Mask[] = [];
  for (const [first, last] of count >= MIN_LOOSE_DIGITS ? [[0, count - 1] as const] : tightStretches(chain)) {
    if (!isMaskedNumber(chain, first, last)) continue;
    masks.push({ start: startOf(chain, first), end: endOf(chain, last), kind: 'number' });
  }
  return masks;
}

/** Cards, and everything else in their chain: what stands by a card is its expiry date or security code. */
function maskCards(chain: DigitChain, cards: readonly (readonly [first: number, last: number])[]): Mask[] {
  const masks: Mask[] = [];
  let next = 0;
  const rest = (until: number): void => {
    if (next < until) masks.push({ start: startOf(chain, next), end: endOf(chain, until - 1), kind: 'number' });
  };
  for (const [first, last] of cards) {
    rest(first);
    masks.push({ start: startOf(chain, first), end: endOf(chain, last), kind: 'card' });
    next = last + 1;
  }
  rest(chain.digits.length);
  return masks;
}

/** Windows that pass Luhn's check: whole groups if any do, else anywhere. Leftmost first, longest first, disjoint. */
function cardWindows(chain: DigitChain): (readonly [number, number])[] {
  const count = chain.digits.length;
  if (count < CARD_DIGITS.min) return [];
  const passes = luhn(chain);
  const find = (wholeGroups: boolean): (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    for (let first = 0; first + CARD_DIGITS.min <= count; first++) {
      if (wholeGroups && first > 0 && gapBefore(chain, first) === 'none') continue;
      for (let size = Math.min(CARD_DIGITS.max, count - first); size >= CARD_DIGITS.min; size--) {
        const after = first + size;
        if (wholeGroups && after < count && gapBefore(chain, after) === 'none') continue;
        if (!passes(first, after)) continue;
        found.push([first, after - 1]);
        first = after - 1;
        break;
      }
    }
    return found;
  };
  const whole = find(true);
  return whole.length > 0 ? whole : find(false);
}

/** Luhn's check (ISO/IEC 7812-1, annex B) of any window in constant time, from two running sums. */
function luhn(chain: DigitChain): (first: number, after: number) => boolean {
  const count = chain.digits.length;
  /** sums[parity][i]: of the digits before i, those whose index has this parity doubled. */
  const sums = [new Uint32Array(count + 1), new Uint32Array(count + 1)] as const;
  chain.digits.forEach(({ value }, i) => {
    const doubled = value > 4 ? value * 2 - 9 : value * 2;
    sums[0][i + 1] = (sums[0][i] ?? 0) + (i % 2 === 0 ? doubled : value);
    sums[1][i + 1] = (sums[1][i] ?? 0) + (i % 2 === 1 ? doubled : value);
  });
  return (first, after) => {
    // the last digit is not doubled, so the doubled ones share the parity of `after`
    const sum = after % 2 === 0 ? sums[0] : sums[1];
    return ((sum[after] ?? 0) - (sum[first] ?? 0)) % 10 === 0;
  };
}

function isPhone(chain: DigitChain): boolean {
  const count = chain.digits.length;
  if (count < PHONE_DIGITS.min || count > PHONE_DIGITS.max) return false;
  if (chain.lead === '+') return true;
  const groups = groupSizes(chain, 0, count - 1);
  if (chain.lead === '(') return groups.length > 1;
  const startsWithZero = chain.digits[0]?.value === 0;
  if (startsWithZero) return groups.length > 1 || (count >= 9 && count <= 11);
  // North American: 555-0123, 212-555-0123, 1-212-555-0123
  return ['3-4', '3-3-4', '1-3-3-4'].includes(groups.join('-'));
}

/** Four digits or more, but for two groups of one or two: `10-12 days`, `20 30`. */
function isMaskedNumber(chain: DigitChain, first: number, last: number): boolean {
  if (last - first + 1 < MIN_MASKED_DIGITS) return false;
  const groups = groupSizes(chain, first, last);
  return groups.length !== 2 || groups.some((size) => size > 2);
}

/** The stretches of a chain between its points, commas, colons and slashes. */
function tightStretches(chain: DigitChain): (readonly [number, number])[] {
  const stretches: (readonly [number, number])[] = [];
  let first = 0;
  for (let i = 1; i <= chain.digits.length; i++) {
    if (i < chain.digits.length && gapBefore(chain, i) !== 'loose') continue;
    stretches.push([first, i - 1]);
    first = i;
  }
  return stretches;
}

function groupSizes(chain: DigitChain, first: number, last: number): number[] {
  const sizes = [1];
  for (let i = first + 1; i <= last; i++) {
    if (gapBefore(chain, i) === 'none') sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + 1;
    else sizes.push(1);
  }
  return sizes;
}

const gapBefore = (chain: DigitChain, index: number) => chain.digits[index]?.gap ?? 'none';
const startOf = (chain: DigitChain, index: number): number => chain.digits[index]?.start ?? 0;
const endOf = (chain: DigitChain, index: number): number => chain.digits[index]?.end ?? 0;
