import type { Party } from '@rapport-live/protocol';
import { RawText, Redactor } from './redaction';

type Turn = readonly [atSeconds: number, words: string, party?: Party];

function redactAll(turns: readonly Turn[], redactor = new Redactor()): string[] {
  return turns.map(
    ([atSeconds, words, party = 'customer']) => redactor.redact(new RawText(words), atSeconds * 1000, party).text,
  );
}

describe('digits over several texts', () => {
  it('masks four digits at once, and calls the last group of a card one', () => {
    expect(
      redactAll([
        [0, 'my card is four one one one'],
        [3, 'go on', 'agent'],
        [5, '1111'],
        [10, 'then one one one one'],
        [15, '1111'],
      ]),
    ).toEqual(['my card is [number]', 'go on', '[number]', 'then [number]', '[card]']);
  });

  it('masks shorter groups from the moment that four digits are together', () => {
    const groups: Turn[] = ['41', '11', '1', 'one one', '11'].map((group, i) => [i * 5, group]);
    expect(redactAll(groups)).toEqual(['41', '[number]', '[number]', '[number]', '[number]']);
  });

  it('masks the first short group too when its number was announced or asked for', () => {
    expect(redactAll([[0, 'my card number is 41']])).toEqual(['my card number is [number]']);
    expect(
      redactAll([
        [0, 'can I have your card number please', 'agent'],
        [4, 'four one'],
      ])[1],
    ).toBe('[number]');
    expect(
      redactAll([
        [0, 'and the code on the back', 'agent'],
        [4, "it's three five nine"],
      ])[1],
    ).toBe("it's [security_code]");
  });

  it('joins by media time, not by arrival', () => {
    expect(
      redactAll([
        [10, 'eleven'],
        [0, 'card 4111'],
        [5, '11'],
        [12, '1'],
      ]),
    ).toEqual(['eleven', 'card [number]', '[number]', '[number]']);
    // the late one is judged by what was said after it, too
    expect(
      redactAll([
        [20, '1111'],
        [10, '11'],
      ]),
    ).toEqual(['[number]', '[number]']);
  });

  it('joins nothing over 60 s, other parties, or what is counted', () => {
    expect(
      redactAll([
        [0, '4111'],
        [61, 'eleven'],
      ])[1],
    ).toBe('eleven');
    expect(
      redactAll([
        [0, '4111'],
        [5, 'eleven', 'agent'],
      ])[1],
    ).toBe('eleven');
    expect(
      redactAll([
        [0, 'order 123456'],
        [5, 'I bought two lamps'],
        [9, 'three weeks ago'],
      ]).slice(1),
    ).toEqual(['I bought two lamps', 'three weeks ago']);
  });

  it('takes one or two digits for an answer once another party asked something else', () => {
    expect(
      redactAll([
        [0, 'order 123456'],
        [3, 'how many lamps did you buy from us', 'agent'],
        [6, 'two'],
        [9, 'thank you go ahead', 'agent'],
        [12, '789'],
      ]),
    ).toEqual(['order [number]', 'how many lamps did you buy from us', 'two', 'thank you go ahead', '[number]']);
    expect(
      redactAll([
        [0, '4111'],
        [3, 'yes go on', 'agent'],
        [6, '11'],
        [9, 'and what are the next two digits of it please', 'agent'],
        [12, '11'],
      ]).filter((_, i) => i % 2 === 0),
    ).toEqual(['[number]', '[number]', '[number]']);
  });

  it('forgets on pause', () => {
    const redactor = new Redactor();
    redactAll([[0, '4111']], redactor);
    redactor.pause();
    expect(redactAll([[5, 'eleven']], redactor)).toEqual(['eleven']);
  });

  it('forgets what media time has left behind, and still joins what comes late', () => {
    const redactor = new Redactor();
    redactAll([[0, '4111']], redactor);
    redactor.advance(85_000);
    expect(redactAll([[20, 'eleven']], redactor)).toEqual(['[number]']);
    redactor.advance(200_000);
    expect(redactAll([[20, 'eleven']], redactor)).toEqual(['eleven']);
  });
});

describe('partials', () => {
  const partial = (words: string): string => new Redactor().redactPartial(new RawText(words)).text;

  it.each([
    ['four one one', '[number]'],
    ['it is 411', 'it is [number]'],
    ['it is 41 degrees', 'it is 41 degrees'],
    // a third digit may be on its way
    ['it is 41', 'it is '],
    ['it is four, one.', 'it is '],
    ['what is it for', 'what is it for'],
    ['10:30', '[number]'],
    ['one hundred and twenty dollars', '[number] dollars'],
    ['mail me at john at gmail dot com', 'mail me at [email]'],
    ['card 4111 1111 1111 1111', 'card [card]'],
  ])('masks %j', (words, expected) => expect(partial(words)).toBe(expected));

  it('remembers nothing', () => {
    const redactor = new Redactor();
    redactor.redactPartial(new RawText('4111'));
    expect(redactAll([[1, 'eleven']], redactor)).toEqual(['eleven']);
  });
});
