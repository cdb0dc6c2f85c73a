import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { RawText, Redactor } from './redaction';
import * as redaction from './redaction';

const redact = (words: string) => new Redactor().redact(new RawText(words), 0);
const textOf = (words: string): string => redact(words).text;

/** Digits 13-19 long whose last one is Luhn's check digit. */
const cardDigits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 }).map((digits) => {
  const sum = [...digits].reverse().reduce((total, d, i) => total + (i % 2 === 0 ? (d > 4 ? d * 2 - 9 : d * 2) : d), 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
});

/** Cut into groups of 1-19 and joined as people do. */
const groupedCard = fc
  .tuple(
    cardDigits,
    fc.constantFrom([4, 4, 4, 4, 3], [4, 6, 5, 4], [19], [1], [2], [3], [5], [6], [8, 8, 3]),
    fc.constantFrom('', ' ', '-', ' - ', '.', ', ', '/', '\u00a0', '\u2013', '\u200b', '\u2009', '  ', '\n'),
  )
  .map(([digits, sizes, joint]) => {
    const groups: string[] = [];
    for (let at = 0, i = 0; at < digits.length; i++) {
      const size = sizes[i % sizes.length] ?? 4;
      groups.push(digits.slice(at, at + size));
      at += size;
    }
    return groups.join(joint);
  });

const word = fc.stringMatching(/^[a-z]{1,8}$/);
/** Zero of each script that speech and chat are likely to hold, and of some that they are not. */
const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7f6, 0x1fbf0];

const withoutInvisible = (text: string): string => text.replace(/[\p{Cf}\p{M}]/gu, '');

describe('redaction', () => {
  it.each([
    ['my card is 4111 1111 1111 1111 thanks', 'my card is [card] thanks'],
    ['4111-1111-1111-1111', '[card]'],
    ['amex 378282246310005', 'amex [card]'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '[card]'],
    ['card 4111.1111.1111.1111, 05/29, code 123', 'card [card], [number], code 123'],
    ['it begins with 411 111', 'it begins with [number]'],
    ['write to jane.doe+news@example.co.uk.', 'write to [email].'],
    ['pay name@bank please', 'pay [email] please'],
    ['call +44 (0)20 7946 0958 today', 'call [phone] today'],
    ['call (212) 555-0123', 'call [phone]'],
    ['it is 555-0123', 'it is [phone]'],
    ['order 123456', 'order [number]'],
    ['in 2026', 'in [number]'],
    ['at 192.168.100.200', 'at [number]'],
    ['٤١١١ ١١١١ ١١١١ ١١١١', '[card]'],
    ['4️⃣1️⃣1️⃣1️⃣', '[number]️⃣'],
  ])('masks %j', (words, expected) => expect(textOf(words)).toBe(expected));

  it.each([
    'I paid 20 dollars twice',
    'it was 12.50, at 10:30, on the 3rd',
    'it takes 10-12 days, open 24/7, or 20 30 people',
    'tell @support that I am angry @ home',
    'my 3 orders, all 15 of them, cost $1,250',
  ])('leaves %j alone', (words) => expect(redact(words)).toEqual({ text: words, redactions: {} }));

  it('counts what it masks', () => {
    expect(redact('a@b.org or c@d.org, order 98765').redactions).toEqual({ email: 2, number: 1 });
  });

  it('lets no card through, however it is grouped and whatever stands beside it', () => {
    fc.assert(
      fc.property(groupedCard, word, word, fc.boolean(), (card, before, after, glued) => {
        const space = glued ? '' : ' ';
        const { text, redactions } = redact(`${before}${space}${card}${space}${after}`);
        expect(text).toBe(`${before}${space}[card]${space}${after}`);
        expect(redactions).toEqual({ card: 1 });
      }),
      { numRuns: 1000 },
    );
  });

  it('masks a card beside other digits wholly', () => {
    fc.assert(
      fc.property(groupedCard, fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }), (card, a, b) => {
        expect(textOf(`${a} ${card} ${b}`)).not.toMatch(/\d/);
      }),
    );
  });

  it('lets no run of four digits through, of any script or with invisible signs between', () => {
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
      { numRuns: 2000 },
    );
  });

  it('leaves text without digits and addresses as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        const plain = any.replace(/[\p{N}@\uff20]/gu, '');
        expect(textOf(plain)).toBe(plain);
      }),
    );
  });

  it.each(['7', '1 ', '1.', 'a', 'a1', '@', 'a@', 'a.a@', '\u0661', '4111 ', '+', '-'])(
    'takes 100 kB of %j in linear time',
    (unit) => {
      const words = unit.repeat(Math.ceil(100_000 / unit.length));
      const started = performance.now();
      textOf(words);
      // measured 5-40 ms; a quadratic scan of it takes minutes, so the margin does not hide one
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});

describe('RawText', () => {
  const secret = 'my pin is 9876';
  const raw = new RawText(secret);

  it('gives its words to nobody but the redactor', () => {
    for (const shown of [
      String(raw),
      `${raw}`,
      JSON.stringify({ raw }),
      inspect(raw, { showHidden: true, depth: 9 }),
    ]) {
      expect(shown).toContain('[raw text]');
      expect(shown).not.toContain('pin');
    }
    expect(JSON.stringify([structuredClone(raw), { ...raw }, Object.getOwnPropertyDescriptors(raw)])).not.toContain(
      'pin',
    );
    expect(Object.keys(redaction).sort()).toEqual(['RawText', 'Redactor']);
  });

  it('reads as redacted', () => expect(new Redactor().redact(raw, 0).text).toBe('my pin is [number]'));
});
