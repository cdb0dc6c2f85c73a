import * as fc from 'fast-check';
import { numberWord } from './number-words';
import { RawText, Redactor } from './redaction';
import { RedactionSession } from './redaction-session';

const redact = (words: string) => new Redactor().redact(new RawText(words), 0, 'customer');
const textOf = (words: string): string => redact(words).text;

/** Digits 13-19 long whose last one is Luhn's check digit. */
const cardDigits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 }).map((digits) => {
  const sum = [...digits].reverse().reduce((total, d, i) => total + (i % 2 === 0 ? (d > 4 ? d * 2 - 9 : d * 2) : d), 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
});
const groupSizes = fc.constantFrom([4], [4, 6, 5, 4], [19], [1], [2], [3], [5], [6], [8, 8, 3], [3, 1, 2]);

function cut(digits: string, sizes: readonly number[]): string[] {
  const groups: string[] = [];
  for (let at = 0, i = 0; at < digits.length; i++) {
    const size = sizes[i % sizes.length] ?? 4;
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return groups;
}

const groupedCard = fc
  .tuple(
    fc.tuple(cardDigits, groupSizes).map(([digits, sizes]) => cut(digits, sizes)),
    fc.constantFrom('', ' ', '-', ' - ', '.', ', ', '/', '\u00a0', '\u2013', '\u200b', '\u2009', '  ', '\n', ' uh '),
  )
  .map(([groups, joint]) => groups.join(joint));

const UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** One of the ways in which two digits are said. */
function sayPair(pair: string, way: number): string {
  const [a = 0, b] = [...pair].map(Number);
  if (b === undefined) return way === 1 && a === 0 ? 'oh' : (UNITS[a] ?? '');
  if (way === 2 && a === b) return `double ${UNITS[a]}`;
  if (way === 3 && a === 1) return TEENS[b] ?? '';
  if (way === 3 && a > 1) return b === 0 ? (TENS[a - 2] ?? '') : `${TENS[a - 2]}-${UNITS[b]}`;
  if (way === 4) return `${a}${b}`;
  return `${sayPair(`${a}`, 0)} ${sayPair(`${b}`, way)}`;
}

const ways = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(' ', ' ', ', uh, ', ' dash ', ' and then ')),
  {
    minLength: 10,
    maxLength: 10,
  },
);
const spokenCard = fc.tuple(cardDigits, ways).map(([digits, chosen]) =>
  cut(digits, [2])
    .map((pair, i) => (i === 0 ? '' : (chosen[i]?.[1] ?? ' ')) + sayPair(pair, chosen[i]?.[0] ?? 0))
    .join(''),
);

/** Words that are no part of a number. */
const word = fc.stringMatching(/^[a-z]{2,8}$/).filter((any) => numberWord(any) === undefined && any !== 'at');
/** Zero of each script that speech and chat are likely to hold, and of some that they are not. */
const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7f6, 0x1fbf0];
const withoutInvisible = (text: string): string => text.replace(/[\p{Cf}\p{M}]/gu, '');

describe('of redaction', () => {
  it('no card gets through, however it is grouped and whatever stands beside it', () => {
    fc.assert(
      fc.property(groupedCard, word, word, (card, before, after) => {
        const { text, redactions } = redact(`${before} ${card} ${after}`);
        expect(text).toBe(`${before} [card] ${after}`);
        expect(redactions).toEqual({ card: 1 });
      }),
      { numRuns: 1000 },
    );
  });

  // "twenty one" may be 20 1 or 21: which card it was is not always told, so the mask's name is not asserted
  it('no spoken card gets through', () => {
    fc.assert(
      fc.property(spokenCard, word, word, (card, before, after) => {
        const { text } = redact(`${before} ${card} ${after}`);
        expect(
          text
            .replace(/\[\w+\]/g, ' ')
            .split(/\W+/)
            .filter((w) => [...UNITS, ...TEENS, ...TENS, 'oh', 'double'].includes(w) || /[\d-]/.test(w)),
        ).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('no more than three digits of a card stay when it is spread over texts, in whatever order they come', () => {
    const said = fc.tuple(cardDigits, groupSizes, fc.constantFrom('', 'uh ', 'and then '), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(said, fc.integer(), ([digits, sizes, lead, spoken, shuffled], seed) => {
        const redactor = new Redactor();
        const groups = cut(digits, sizes).map((group, i) => ({
          atMs: i * 3000,
          words: lead + (spoken ? [...group].map((d) => UNITS[Number(d)]).join(' ') : group),
        }));
        if (shuffled) groups.sort((a, b) => (((a.atMs + 7) * seed) % 101) - (((b.atMs + 7) * seed) % 101));
        const left = groups
          .map(({ words, atMs }) => redactor.redact(new RawText(words), atMs, 'customer').text)
          .join(' ')
          .replace(/\[\w+\]/g, ' ')
          .split(/\W+/)
          .map((w) => (/^\d+$/.test(w) ? w.length : UNITS.includes(w) ? 1 : 0))
          .reduce((sum: number, count) => sum + count, 0);
        expect(left).toBeLessThanOrEqual(3);
      }),
      { numRuns: 1000 },
    );
  });

  it('a card beside other digits is masked wholly', () => {
    fc.assert(
      fc.property(groupedCard, fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }), (card, a, b) => {
        expect(textOf(`${a} ${card} ${b}`)).not.toMatch(/\d/);
      }),
    );
  });

  it('no run of four digits stays, of any script or with invisible signs between', () => {
    const digit = fc
      .tuple(fc.constantFrom(...zeros), fc.integer({ min: 0, max: 9 }))
      .map(([zero, d]) => String.fromCodePoint(zero + d));
    const piece = fc.oneof(
      { weight: 4, arbitrary: digit },
      { weight: 1, arbitrary: fc.constantFrom(' ', '-', '.', ',', '\u200d', '\ufe0f', 'x', '@', '+', '(', '🙂') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { text } = redact(pieces.join(''));
        expect(withoutInvisible(text)).not.toMatch(/\p{Nd}{4}/u);
        expect(textOf(text)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('its own output stays as it is', () => {
    const piece = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(...UNITS, ...TEENS, ...TENS, 'oh', 'double', 'hundred', 'to', 'for', 'and'),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...'my pin is password card number : at dot com john @ expires code on the back iban , . - DE89 uh then dollars'.split(
            ' ',
          ),
          ...'plus social security phone four digits one of [card] A B 12 7 4111 05/29 555 2026 $ A1 mail'.split(' '),
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { text } = redact(pieces.join(' '));
        expect(textOf(text)).toBe(text);
      }),
      { numRuns: 1500 },
    );
  });

  it('text without digits, number words and addresses stays as it is, and no text throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        const plain = any.replace(/[\p{N}@\uff20]/gu, '');
        expect(textOf(plain)).toBe(plain);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (any) => {
        const redactor = new Redactor();
        redactor.redact(new RawText(any), 0, 'mixed');
        redactor.redactPartial(new RawText(any));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(
    ['7', '1 ', '1.', 'a', 'a1', '@', 'a@', 'a.a@', '\u0661', '4111 ', '+', '-', '(', 'one ', 'one, ', 'double ']
      .concat(['twenty ', 'one hundred and ', 'uh ', 'oh ', 'for one ', 'plus ', 'DE89', 'D E 8 9 ', 'ab12', 'at '])
      .concat(['dot ', 'a at b dot ', 'a at b dot com ', 'password is ', 'my pin is ', 'my card number is 1 x ']),
  )('its work on 100 kB of %j is linear', (unit) => {
    const steps = (length: number): number => {
      const meter = { steps: 0 };
      new RedactionSession(meter).final(unit.repeat(Math.ceil(length / unit.length)), 0, 'customer');
      return meter.steps;
    };
    const [quarter, whole] = [steps(25_000), steps(100_000)];
    expect(whole).toBeLessThan(quarter * 4.2);
    expect(whole).toBeLessThan(100_000 * 20);
  });
});
