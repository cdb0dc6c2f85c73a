import { inspect } from 'node:util';
import { RawText, Redactor } from './redaction';
import * as redaction from './redaction';

const redact = (words: string) => new Redactor().redact(new RawText(words), 0, 'customer');
const textOf = (words: string): string => redact(words).text;

describe('redaction', () => {
  it.each([
    ['my card is 4111 1111 1111 1111 thanks', 'my card is [card] thanks'],
    ['4111-1111-1111-1111', '[card]'],
    ['amex 378282246310005', 'amex [card]'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '[card]'],
    ['card 4111.1111.1111.1111, 05/29, code 123', 'card [card], [number], code [number]'],
    ['the code on the back is one two three', 'the code on the back is [security_code]'],
    ['my pin is 9876', 'my pin is [secret]'],
    ['john dot smith at example dot com', '[email]'],
    ['write to john (at) example (dot) com', 'write to [email]'],
    ['it says May 2029', 'it says May [number]'],
    ['born on May 1, 1982', 'born on May [number]'],
    ['live at 7504 and my zip is 11238 with 7187453196', 'live at [number] and my zip is [number] with [number]'],
    ['forty one eleven', '[number]'],
    ['uh four double one dash one', 'uh [number]'],
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
    'I ordered two lamps three weeks ago',
    'twenty dollars at half past four, one of them at ten thirty',
    'look at example dot com',
    'on 12/05/2026 my password is not working',
    'from 2/22 to 2/25 it is open between 8:00 and 10:00',
    'oh oh oh oh',
    'on May 1st, 2019 or the 5th of May 2021 or 21 June 2016 or April 14 2018',
    'open 9:00 - 17:30, seen on 2026-03-02 10:30',
  ])('leaves %j alone', (words) => expect(redact(words)).toEqual({ text: words, redactions: {}, words: [] }));

  it('counts what it masks', () => {
    expect(redact('a@b.org or c@d.org, order 98765').redactions).toEqual({ email: 2, number: 1 });
  });
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

  it('reads as redacted', () => expect(new Redactor().redact(raw, 0, 'customer').text).toBe('my pin is [secret]'));
});
