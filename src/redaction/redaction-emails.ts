/** RFC 5322 atext with the point, in any script, and the invisible joiners. */
const LOCAL = /[\p{L}\p{M}\p{N}\p{Cf}.!#$%&'*+/=?^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}\p{Cf}.-]/u;

/**
 * Where e-mail addresses stand, in order. A domain needs no point (`name@bank` is a payment address too) but begins
 * with a letter or digit. Looks outward from each `@` and never across another one: every character is read twice at most.
 */
export function emailSpans(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let floor = 0;
  for (const { index: at } of text.matchAll(/[@\uff20]/g)) {
    let start = at;
    while (start > floor && LOCAL.test(charBefore(text, start))) start -= charBefore(text, start).length;
    let end = at + 1;
    while (end < text.length && DOMAIN.test(charAt(text, end))) end += charAt(text, end).length;
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
