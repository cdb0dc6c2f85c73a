import { spokenWords } from './spoken-words';

describe('spokenWords', () => {
  it.each([
    ['In fourteen sixty-five, ', 'In 1465'],
    ['the next fifteen or twenty years', 'the next 15 or 20 years'],
    ['Place white in J three, please.', 'place white in J3 please'],
    ['mister john', 'Mr. John'],
    ['What is it? I can not', "What's it, I can’t"],
    ['do not', "don't"],
    ['i.e. the letter', 'ie, the letter'],
    ['one hundred and five dollars', '$105'],
    ['twenty first, third and twelfth', '21st 3rd and 12th'],
    ['two thousand three hundred', '2,300'],
    ['nineteen oh five and nineteen hundred', '1905 and 1900'],
    ['ten thirty', '10:30'],
    ['three point five percent', '3.5 %'],
    ['zero zero seven', '007'],
    ['okay', 'uh, OK'],
  ])('takes %j for %j', (a, b) => expect(spokenWords(a)).toEqual(spokenWords(b)));

  it('keeps what is another word', () => {
    expect(spokenWords("Neighbor's house")).toEqual(['neighbors', 'house']);
    expect(spokenWords('no no no')).toEqual(['no', 'no', 'no']);
    expect(spokenWords('you and I')).toEqual(['you', 'and', 'i']);
    expect(spokenWords('...')).toEqual([]);
  });
});
