import * as fc from 'fast-check';
import { RawText, Redactor, type TimedSpan } from './redaction';

/** Each word 100 ms, one after another. */
function timed(text: string): RawText {
  const spans = [...text.matchAll(/\S+/g)].map(({ 0: word, index }, i): TimedSpan => ({
    start: index,
    end: index + word.length,
    startMs: i * 100,
    endMs: (i + 1) * 100,
    probability: 0.5,
  }));
  return new RawText(text, spans);
}

describe('words with times', () => {
  const redact = (text: string) => new Redactor().redact(timed(text), 0, 'customer');

  it('gives a mask the time of all that it covers', () => {
    const { text, words } = redact('my card is 4111 1111 1111 1111, okay');
    expect(text).toBe('my card is [card], okay');
    expect(words.map(({ word, startMs, endMs }) => [word, startMs, endMs])).toEqual([
      ['my', 0, 100],
      ['card', 100, 200],
      ['is', 200, 300],
      ['[card],', 300, 700],
      ['okay', 700, 800],
    ]);
  });

  it('says the same as the text, whatever is said', () => {
    const piece = fc.constantFrom(
      'no',
      'no',
      'four',
      'one',
      'double',
      '4111',
      '12',
      'a@b.org',
      '(',
      'Oh,',
      'pin',
      'is',
      '…',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { text, words } = redact(pieces.join(' '));
        expect(words.map(({ word }) => word).join(' ')).toBe(text);
        expect(words.every(({ startMs, endMs }, i) => startMs === (words[i - 1]?.endMs ?? 0) && endMs > startMs)).toBe(
          true,
        );
      }),
    );
  });

  it('gives nothing away when it is printed or serialised', () => {
    const raw = timed('pin 4417');
    expect(JSON.stringify({ raw })).toBe('{"raw":"[raw text]"}');
    expect(Object.keys(raw)).toEqual([]);
  });
});
