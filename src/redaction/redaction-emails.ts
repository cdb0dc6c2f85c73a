import type { Meter } from './digit-items';
import { spokenEmailSpans } from './spoken-emails';

/** RFC 5322 atext with the point, in any script, and the invisible joiners. */
const LOCAL = /[\p{L}\p{M}\p{N}\p{Cf}.!#$%&'*+/=?^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}\p{Cf}.-]/u;

export interface EmailSpan {
  readonly start: number;
  readonly end: number;
}

/** Where e-mail addresses stand, written or spoken; may overlap. */
export function emailSpans(text: string, meter: Meter): EmailSpan[] {
  return [...writtenEmailSpans(text, meter), ...spokenEmailSpans(text, meter)];
}

/**
 * In order. A domain needs no point (`name@bank` is a payment address too) but begins with a letter or digit. Looks
 * outward from each `@` and never across another one: every character is read twice at most.
 */
function writtenEmailSpans(text: string, meter: Meter): EmailSpan[] {
  const spans: EmailSpan[] = [];
  let floor = 0;
  for (const { index: at } of text.matchAll(/[@\uff20]/g)) {
    let start = at;
    while (start > floor && LOCAL.test(charBefore(text, start))) {
      meter.steps++;
      start -= charBefore(text, start).length;
    }
    let end = at + 1;
    while (end < text.length && DOMAIN.test(charAt(text, end))) {
      meter.steps++;
      end += charAt(text, end).length;
    }
    while (end > at + 1 && /[.-]/.test(text[end - 1] ?? '')) end--;
    if (start < at && end > at + 1 && /[\p{L}\p{N}]/u.test(charAt(text, at + 1))) {
      spans.push({ start, end });
      floor = end;
    }
  }
  return spans;
}

const charAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0);

function charBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff && at > 1 ? charAt(text, at - 2) : charAt(text, at - 1);
}
