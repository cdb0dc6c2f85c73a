/** What the words around digits say they are. All patterns read a slice of bounded length. */

/** What a question or a half sentence announces. */
export type Topic = 'security_code' | 'expiry' | 'secret' | 'national_id' | 'phone' | 'account';

const BEHIND = 64;
const AHEAD = 24;

/** Words that may stand between the announcement and the digits. */
const LINK =
  "(?:[\\s:,.#=-]|(?:is|it's|it’s|its|it|was|are|the|a|number|numbers|code|no|uh|um|yeah|that's|that|says|of|would|will|" +
  'be|reads|starts|begins|ends|ending|with|in|on|under|date|please|so|okay|my|card|and|first|last|two|three|four|digits|' +
  's|to|back|at|until|till|thru|through|year|again)\\b)*$';
const TOPICS: readonly (readonly [Topic, string])[] = [
  [
    'security_code',
    'cvv2?|cvc2?|cv2|csc|security code|card verification (?:code|number)|(?:code|digits|number) on the back(?: of (?:the|my) card)?',
  ],
  ['expiry', 'expir(?:es|y|ation|ing|ed)?|exp|valid (?:until|till|thru|through|to)|good (?:until|thru|through)'],
  [
    'secret',
    'pin|passwords?|pass ?(?:word|code|phrase)s?|otp|(?:access|verification|authentication|login|sms|one[- ]time|secret) (?:code|password|pin|number)',
  ],
  [
    'national_id',
    'ssn|social(?: security)?|national insurance|nino?|tax (?:id|identification|number)|steuer[a-z]*|pesel|bsn|citizen service|' +
      "burgerservice[a-z]*|passport|driving licen[cs]e|driver'?s licen[cs]e",
  ],
  [
    'phone',
    "(?:tele|cell|mobile )?phone(?:'s)?|mobile|cell|tel|whatsapp|fax|landline|call(?: me| us)?(?: back)?(?: on| at)?|(?:reach|text|ring) me",
  ],
  [
    'account',
    '(?:credit |debit |bank )?(?:card|account)|visa|master ?card|amex|american express|iban|routing|sort code|debit|credit',
  ],
];
/** Not glued to other letters, and never a mask's own name. */
const OPEN = '(?<![\\p{L}\\p{N}_[])';
const ANNOUNCED = TOPICS.map(([topic, words]) => [topic, new RegExp(`${OPEN}(?:${words})${LINK}`, 'iu')] as const);
const ASKED = TOPICS.map(
  ([topic, words]) => [topic, new RegExp(`${OPEN}(?:${words})(?![\\p{L}\\p{N}\\]_])`, 'iu')] as const,
);

/** What is announced directly before `at`; the most telling word wins. */
export function topicBefore(text: string, at: number): Topic | undefined {
  const slice = text.slice(Math.max(0, at - BEHIND), at);
  return ANNOUNCED.find(([, pattern]) => pattern.test(slice))?.[0];
}

const ASKED_WITHIN = 200;
/** What the end of an utterance asks for or announces. */
export function topicAsked(text: string): Topic | undefined {
  const slice = text.slice(-ASKED_WITHIN);
  // a card is asked for by its number: "your card was declined" asks for nothing
  const found = ASKED.find(([, pattern]) => pattern.test(slice))?.[0];
  if (found !== 'account') return found;
  return /\b(?:number|iban|starts?|begins?|sort code|digits)\b/i.test(slice) ? found : undefined;
}

const UNITS =
  'dollars?|bucks|euros?|pounds?|quid|cents?|pence|percent|per cent|usd|eur|gbp|kg|kilos?|kilograms?|grams?|km|kilometers?|' +
  'kilometres?|miles?|meters?|metres?|feet|inch(?:es)?|degrees?|minutes?|mins?|hours?|days?|weeks?|months?|years?|seconds?|' +
  'times|people|persons|items|pieces|units|gigs?|gigabytes?|gb|mb|mbps|megabytes?|watts?|volts?|points?|stars?|pages?|pixels?|' +
  "calls|steps|boxes|chairs|tables|o'clock|nights|percentage|am|pm|a month|a week|a day|a year|per month|per week|per day|per year";
const UNIT_AFTER = new RegExp(`^\\s{0,2}-?\\s?(?:[%€£$]|(?:${UNITS})(?![\\p{L}\\p{N}]))`, 'iu');
const CURRENCY_BEFORE = /(?:[$€£¥₹]|\b(?:usd|eur|gbp))\s?$/iu;
const AMOUNT_BEFORE =
  /(?<![\p{L}[])(?:paid|pay|pays|costs?|charged?|charges|price|worth|refund|refunded|bill|plan|fee|for)(?:\s(?:was|is|me|us|him|her|you|of|only|about|just|like|it|at)){0,3}\s$/iu;
const TIME_BEFORE = /(?<![\p{L}[])(?:at|by|around|until|till|from|before|after|past|about)\s$/iu;
const TIME_AFTER =
  /^\s{1,2}(?:[ap]\.? ?m\b|o'clock|in the (?:morning|afternoon|evening)|at night|today|tomorrow|tonight|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)/iu;
const CARD_BEFORE = /(?<![\p{L}[])(?:card|visa|mastercard|amex|ending|ends|code|pin|number|account)(?![\p{L}\]])/iu;

const before = (text: string, at: number): string => text.slice(Math.max(0, at - BEHIND), at);
const after = (text: string, at: number): string => text.slice(at, at + AHEAD);

/** A word behind the digits says what is counted. */
export const unitAfter = (text: string, end: number): boolean => UNIT_AFTER.test(after(text, end));
export const currencyBefore = (text: string, start: number): boolean => CURRENCY_BEFORE.test(before(text, start));
/** "it cost nineteen ninety nine", unless a card or code is spoken of. */
export const amountBefore = (text: string, start: number): boolean =>
  AMOUNT_BEFORE.test(before(text, start)) && !CARD_BEFORE.test(before(text, start));
/** "at ten thirty", "eleven fifteen tomorrow". */
export const timeAround = (text: string, start: number, end: number): boolean =>
  (TIME_BEFORE.test(before(text, start)) && !CARD_BEFORE.test(before(text, start))) ||
  TIME_AFTER.test(after(text, end));
export const birthBefore = (text: string, start: number): boolean =>
  /\b(?:birth(?:day|date)?|born|dob)\b/iu.test(before(text, start));
export const cardBefore = (text: string, start: number): boolean =>
  /(?<![\p{L}[])(?:cards?|visa|master ?card|amex|american express)(?![\p{L}\]])/iu.test(before(text, start));

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY = '(?:the\\s)?\\d{1,2}(?:st|nd|rd|th)?';
/** A day and a month, in either order, or the month alone when the day is the first of the digits. */
const MONTH_BEFORE = new RegExp(`(?<![\\p{L}[])(?:${MONTH}\\s${DAY}|${DAY}\\s(?:of\\s)?${MONTH})(?:,\\s?|\\s)$`, 'iu');
const MONTH_ALONE = new RegExp(`(?<![\\p{L}[])${MONTH}\\s$`, 'iu');
/** The digits from `start` on end a date with the name of its month. A month and a year alone may be an expiry date. */
export const monthBefore = (text: string, start: number): boolean =>
  MONTH_BEFORE.test(before(text, start)) ||
  (/^\d{1,2}[,\s]/.test(text.slice(start, start + 3)) && MONTH_ALONE.test(before(text, start)));
