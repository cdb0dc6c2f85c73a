/** English number words as recognisers write them, and what people say between the digits of a number. */
export type NumberWord =
  | { readonly kind: 'unit' | 'teen' | 'tens' | 'oh' | 'homophone'; readonly digits: string }
  | { readonly kind: 'multiple'; readonly times: number }
  | { readonly kind: 'hundred' | 'plus' | 'and' | 'then' | 'filler' | 'sign' };

const words = new Map<string, NumberWord>();
const digits = (kind: 'unit' | 'teen' | 'tens' | 'oh' | 'homophone', table: Record<string, string>): void => {
  for (const [word, value] of Object.entries(table)) words.set(word, { kind, digits: value });
};
const bare = (kind: 'hundred' | 'plus' | 'and' | 'then' | 'filler' | 'sign', list: string): void => {
  for (const word of list.split(' ')) words.set(word, { kind });
};

digits('unit', {
  ...{ zero: '0', nought: '0', naught: '0', nil: '0', one: '1', two: '2', three: '3', four: '4' },
  ...{ five: '5', six: '6', seven: '7', eight: '8', nine: '9', niner: '9' },
});
digits('oh', { oh: '0', o: '0' });
digits('teen', {
  ...{ ten: '10', eleven: '11', twelve: '12', thirteen: '13', fourteen: '14', fifteen: '15' },
  ...{ sixteen: '16', seventeen: '17', eighteen: '18', nineteen: '19' },
});
digits('tens', {
  ...{ twenty: '20', thirty: '30', forty: '40', fourty: '40', fifty: '50' },
  ...{ sixty: '60', seventy: '70', eighty: '80', ninety: '90' },
});
/** Only between two digits, and only in a long number. */
digits('homophone', { won: '1', to: '2', too: '2', tree: '3', for: '4', fore: '4', ate: '8' });
words.set('double', { kind: 'multiple', times: 2 });
words.set('triple', { kind: 'multiple', times: 3 });
words.set('treble', { kind: 'multiple', times: 3 });
words.set('quadruple', { kind: 'multiple', times: 4 });
bare('hundred', 'hundred');
bare('plus', 'plus');
bare('and', 'and');
bare('then', 'then next');
bare('filler', 'uh uhh um umm uhm er err erm ah eh hm hmm mm mhm like so okay ok yeah yes right dash hyphen space');
bare('sign', 'dot point comma period slash stroke');

const LONGEST = 9;

/** `word` in any case; undefined when it is no part of a number. */
export function numberWord(word: string): NumberWord | undefined {
  return word.length > LONGEST ? undefined : words.get(word.toLowerCase());
}
