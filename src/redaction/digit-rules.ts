import { isGermanTaxId, isPesel, isSocialSecurityNumber, luhnWindows } from './check-digits';
import type { Meter } from './digit-items';
import {
  amountBefore,
  birthBefore,
  cardBefore,
  currencyBefore,
  monthBefore,
  timeAround,
  type Topic,
  topicBefore,
  unitAfter,
} from './redaction-context';
import type { DigitChain } from './redaction-digits';
import type { Mask, RedactionKind } from './redaction-kinds';

/** ISO/IEC 7812: a primary account number has at most 19 digits; 13 is the shortest in use. */
export const CARD_DIGITS = { min: 13, max: 19 } as const;
/** ITU-T E.164 allows 15; below 7 it is no full subscriber number. */
const PHONE_DIGITS = { min: 7, max: 15 } as const;
/** Records are never recalled, so what could still grow into a card or account number goes at once. */
export const MIN_MASKED_DIGITS = 4;
/** Points, commas and slashes group dates, times and amounts too: only from this many digits on are they one number. */
const MIN_LOOSE_DIGITS = 7;
const MAX_AMOUNT_DIGITS = { spoken: 6, written: 9 } as const;

/** What is made of a chain. `plain`: nothing in it can be the part of a longer number. */
export interface ChainFinding {
  readonly chain: DigitChain;
  readonly masks: readonly Mask[];
  readonly plain: boolean;
}

/** How a chain stands in its text. */
export interface Standing {
  /** Little else is said, and nothing is counted by it. */
  readonly readOut: boolean;
  /** What was announced or asked for before this text. */
  readonly asked?: Topic | undefined;
}

export function judgeChain(text: string, chain: DigitChain, { readOut, asked }: Standing, meter: Meter): ChainFinding {
  const count = chain.digits.length;
  meter.steps += count;
  // one digit tells nothing, and cannot be joined
  if (count === 1 && !readOut) return { chain, masks: [], plain: true };
  const said = topicBefore(text, chain.leadStart);
  const topic = said ?? (readOut ? asked : undefined);
  const whole = (kind: RedactionKind): ChainFinding => ({
    chain,
    masks: [maskOf(chain, 0, count - 1, kind)],
    plain: false,
  });
  if (isPlain(text, chain, topic)) return { chain, masks: [], plain: true };
  const announced = announcedKind(text, chain, topic, said === undefined);
  if (announced !== undefined) return whole(announced);
  if (count < MIN_MASKED_DIGITS) return { chain, masks: [], plain: false };

  const cards = cardWindows(chain, meter);
  if (cards.length > 0) return { chain, masks: maskCards(chain, cards), plain: false };
  // misheard or mistyped: no check digit fits, but a card it was said to be
  if (topic === 'account' && count >= CARD_DIGITS.min && count <= CARD_DIGITS.max && cardBefore(text, chain.leadStart))
    return whole('card');
  if (isNationalId(chain, topic)) return whole('national_id');
  if (!isDate(text.slice(startOf(chain, 0), endOf(chain, count - 1))) && isPhone(chain, topic))
    return { ...whole('phone'), plain: chain.lead === '+' || topic === 'phone' };
  const stretches = count >= MIN_LOOSE_DIGITS ? [[0, count - 1] as const] : tightStretches(chain, readOut);
  const masks = stretches
    .filter(([first, last]) => isMaskedNumber(text, chain, first, last, readOut))
    .map(([first, last]) => maskOf(chain, first, last, 'number'));
  return { chain, masks, plain: false };
}

/** The kind that a topic alone makes of a chain of this length. */
function announcedKind(
  text: string,
  chain: DigitChain,
  topic: Topic | undefined,
  answers: boolean,
): RedactionKind | undefined {
  const count = chain.digits.length;
  switch (topic) {
    case 'secret':
      return count >= 3 && count <= 12 ? 'secret' : undefined;
    case 'security_code':
      return count >= 3 && count <= 4 ? 'security_code' : undefined;
    case 'expiry':
      return count >= 3 && count <= 6 && isMonth(chain) ? 'expiry' : undefined;
    case 'account':
    case 'phone':
    case 'national_id': {
      if (count < 2 || count >= MIN_MASKED_DIGITS) return undefined;
      // "my card 20" tells less than "my card number is 20"
      const start = chain.leadStart;
      const said = answers || SAID.test(text.slice(Math.max(0, start - 12), start));
      return said ? 'number' : undefined;
    }
    default:
      return undefined;
  }
}

const SAID = /(?:number|is|are|it's|with|in|:)\s*$/i;

/** MM YY, M YY or MM YYYY. */
function isMonth(chain: DigitChain): boolean {
  const digits = valuesOf(chain);
  const month = Number(digits.length % 2 === 1 ? digits.slice(0, 1) : digits.slice(0, 2));
  return month >= 1 && month <= 12;
}

/** Amounts, times and dates: their digits cannot grow into a number. */
function isPlain(text: string, chain: DigitChain, topic: Topic | undefined): boolean {
  const count = chain.digits.length;
  const end = endOf(chain, count - 1);
  if (topic === 'secret' || topic === 'security_code') return false;
  if (chain.lead === '+') return false;
  const groups = groupSizes(chain, 0, count - 1);
  if (unitAfter(text, end) && count <= MAX_AMOUNT_DIGITS.spoken && groups.length <= 2) return true;
  if (count <= MAX_AMOUNT_DIGITS.written && (currencyBefore(text, chain.leadStart) || unitAfter(text, end))) {
    if (/^\d{1,6}$|^\d{1,3}(?:[.,\s]\d{3})*(?:[.,]\d{2})?$/u.test(text.slice(startOf(chain, 0), end))) return true;
  }
  if (topic === 'expiry' || birthBefore(text, chain.leadStart)) return false;
  const words = text.slice(startOf(chain, 0), end);
  if (!chain.spoken)
    return (
      isDate(words.replace(CLOCK, '')) || TIMES.test(words) || (YEAR.test(words) && monthBefore(text, chain.leadStart))
    );
  if (chain.cardinal && groups.length === 1 && count <= MIN_MASKED_DIGITS) return true;
  if (groups.length !== 2 || count > MIN_MASKED_DIGITS) return false;
  const [hour, minute] = splitAt(valuesOf(chain), groups[0] ?? 0).map(Number);
  if (timeAround(text, chain.leadStart, end) && (hour ?? 99) <= 24 && (minute ?? 99) < 60) return true;
  return amountBefore(text, chain.leadStart) || /^(?:fifty|eighty)[ -](?:fifty|twenty)$/i.test(words);
}

/** `10:30`, `9:00 - 17:30`. */
const TIMES = /^\d{1,2}:\d{2}(?:\s?(?:[-\u2013]|and)\s?\d{1,2}:\d{2})?$/;
/** The end of "March 5, 2019" or "5th of March 2019": what stands before is looked at by `monthBefore`. */
const YEAR = /^(?:\d{1,2},?\s)?(?:19|20)\d{2}$/;
const CLOCK = /,?\s\d{1,2}:\d{2}(?::\d{2})?$/;

const splitAt = (values: string, at: number): [string, string] => [values.slice(0, at), values.slice(at)];

/** A whole date of 1900-2099 with one kind of separator. */
function isDate(words: string): boolean {
  const match =
    /^(?<d>\d{1,2})(?<s>[./-])(?<m>\d{1,2})\k<s>(?:19|20)\d{2}$/.exec(words) ??
    /^(?:19|20)\d{2}(?<s>[./-])(?<m>\d{1,2})\k<s>(?<d>\d{1,2})$/.exec(words);
  if (match?.groups === undefined) return false;
  const [a, b] = [Number(match.groups['d']), Number(match.groups['m'])];
  return a >= 1 && b >= 1 && Math.min(a, b) <= 12 && Math.max(a, b) <= 31;
}

/** Cards, and everything else in their chain: what stands by a card is its expiry date or security code. */
function maskCards(chain: DigitChain, cards: readonly (readonly [first: number, last: number])[]): Mask[] {
  const masks: Mask[] = [];
  let next = 0;
  const rest = (until: number): void => {
    if (next < until) masks.push(maskOf(chain, next, until - 1, 'number'));
  };
  for (const [first, last] of cards) {
    rest(first);
    masks.push(maskOf(chain, first, last, 'card'));
    next = last + 1;
  }
  rest(chain.digits.length);
  return masks;
}

/** Windows that pass Luhn's check: whole groups if any do, else anywhere. Leftmost first, longest first, disjoint. */
function cardWindows(chain: DigitChain, meter: Meter): (readonly [number, number])[] {
  const count = chain.digits.length;
  if (count < CARD_DIGITS.min) return [];
  const passes = luhnWindows(chain.digits.map(({ value }) => value));
  const find = (wholeGroups: boolean): (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    for (let first = 0; first + CARD_DIGITS.min <= count; first++) {
      if (wholeGroups && first > 0 && gapBefore(chain, first) === 'none') continue;
      for (let size = Math.min(CARD_DIGITS.max, count - first); size >= CARD_DIGITS.min; size--) {
        meter.steps++;
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
  if (whole.length > 0) return whole;
  const within = find(false);
  return within.length === 1 && count <= CARD_DIGITS.max ? [[0, count - 1]] : within;
}

function isNationalId(chain: DigitChain, topic: Topic | undefined): boolean {
  const count = chain.digits.length;
  if (topic === 'national_id' && count >= 8 && count <= 12) return true;
  if (chain.lead !== '' || chain.spoken || (count !== 9 && count !== 11)) return false;
  const digits = valuesOf(chain);
  const groups = groupSizes(chain, 0, count - 1).join('-');
  if (count === 9) return groups === '3-2-4' && isSocialSecurityNumber(digits);
  return (groups === '2-3-3-3' && isGermanTaxId(digits)) || (groups === '11' && digits[0] !== '0' && isPesel(digits));
}

function isPhone(chain: DigitChain, topic: Topic | undefined): boolean {
  const count = chain.digits.length;
  if (count < PHONE_DIGITS.min || count > PHONE_DIGITS.max) return false;
  if (chain.lead === '+' || topic === 'phone') return true;
  if (topic === 'account') return false;
  const groups = groupSizes(chain, 0, count - 1);
  if (chain.lead === '(') return groups.length > 1;
  const startsWithZero = chain.digits[0]?.value === 0;
  if (startsWithZero && !chain.spoken) return groups.length > 1 || (count >= 9 && count <= 11);
  // North American: 555-0123, 212-555-0123, 1-212-555-0123
  if (['3-4', '3-3-4', '1-3-3-4'].includes(groups.join('-'))) return true;
  return chain.spoken && isSpokenPhone(valuesOf(chain));
}

/** Said digit by digit: a trunk zero and 10 or 11 digits, or ten North American ones (area and exchange from 2 on). */
const isSpokenPhone = (digits: string): boolean => /^(?:0[1-9]\d{8,9}|00\d{9,13}|1?[2-9]\d{2}[2-9]\d{6})$/.test(digits);

/** Four digits or more, but for two written groups of one or two (`10-12 days`, `20 30`) that are not read out. */
function isMaskedNumber(text: string, chain: DigitChain, first: number, last: number, readOut: boolean): boolean {
  if (last - first + 1 < MIN_MASKED_DIGITS) return false;
  const groups = groupSizes(chain, first, last);
  if (chain.spoken || groups.length !== 2 || groups.some((size) => size > 2)) return true;
  return readOut && /^[\s\p{Nd},.]+$/u.test(text.slice(startOf(chain, first), endOf(chain, last)));
}

/** The stretches of a chain between its points, colons and slashes; and between commas, unless it is read out. */
function tightStretches(chain: DigitChain, readOut: boolean): (readonly [number, number])[] {
  const stretches: (readonly [number, number])[] = [];
  let first = 0;
  for (let i = 1; i <= chain.digits.length; i++) {
    const gap = gapBefore(chain, i);
    if (i < chain.digits.length && gap !== 'loose' && (gap !== 'list' || readOut)) continue;
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

export const maskOf = (chain: DigitChain, first: number, last: number, kind: RedactionKind): Mask => ({
  start: first === 0 && (kind === 'phone' || chain.lead === '+') ? chain.leadStart : startOf(chain, first),
  end: endOf(chain, last),
  kind,
});
export const valuesOf = (chain: DigitChain): string => chain.digits.map(({ value }) => value).join('');
const gapBefore = (chain: DigitChain, index: number) => chain.digits[index]?.gap ?? 'none';
const startOf = (chain: DigitChain, index: number): number => chain.digits[index]?.start ?? 0;
const endOf = (chain: DigitChain, index: number): number => chain.digits[index]?.end ?? 0;
