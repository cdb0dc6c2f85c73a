/**
 * Text to the words that were said, for both sides of a word error rate: what may be written in more than one way (case,
 * punctuation, numbers, abbreviations, contractions) is written in one. English. After the rules of openai/whisper
 * normalizers/english.py, but numbers become words here: "1465" was said as "fourteen sixty five".
 */
export function spokenWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’ʼ]/g, "'")
    // i.e., u.s.
    .replace(/\b(?:\p{L}\.){2,}/gu, (dotted) => dotted.replaceAll('.', ''))
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/\$\s?(\d+(?:\.\d+)?)/g, '$1 dollars')
    .replace(/%/g, ' percent')
    .replace(/\b(\d{1,2}):(\d{2})\b/g, '$1 $2')
    .replace(/(\d)\.(\d)/g, '$1 point $2')
    // j3: a letter and a number
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/[^\p{L}\p{N}']+/gu, ' ');
  const words = plain.split(' ').flatMap(spoken);
  // "one hundred and five" is 105 as well
  return words.filter((word, i) => !(word === 'and' && words[i - 1] === 'hundred' && isNumber(words[i + 1])));
}

/** Said and left out, whoever writes down. */
const FILLERS = new Set(['uh', 'um', 'hmm', 'mm', 'mhm', 'uhm', 'er']);
const WRITTEN: Readonly<Record<string, string>> = {
  mr: 'mister',
  mrs: 'missus',
  dr: 'doctor',
  ok: 'okay',
  cannot: 'can not',
  "can't": 'can not',
  "won't": 'will not',
  "let's": 'let us',
  "it's": 'it is',
  "that's": 'that is',
  "what's": 'what is',
  "there's": 'there is',
  "he's": 'he is',
  "she's": 'she is',
};
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/n't$/, ' not'],
  [/'re$/, ' are'],
  [/'ll$/, ' will'],
  [/'ve$/, ' have'],
  [/'m$/, ' am'],
];

function spoken(raw: string): string[] {
  const word = raw.replace(/^'+|'+$/g, '');
  if (word === '' || FILLERS.has(word)) return [];
  const whole = WRITTEN[word];
  if (whole !== undefined) return whole.split(' ');
  const number = /^(\d+)(st|nd|rd|th)?$/.exec(word);
  if (number !== null) return numberWords(number[1]!, number[2] !== undefined);
  const ending = ENDINGS.find(([pattern]) => pattern.test(word));
  const open = ending === undefined ? word : word.replace(ending[0], ending[1]);
  return open.replaceAll("'", '').split(' ');
}

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};
const isNumber = (word: string | undefined): boolean =>
  word !== undefined && (ONES.includes(word) || TENS.includes(word));

/** As a speaker says it: years in pairs, what is too long for a number digit by digit. */
function numberWords(digits: string, ordinal: boolean): string[] {
  const value = Number(digits);
  const words =
    digits.length > 6 || (digits.length > 1 && digits.startsWith('0'))
      ? [...digits].map((d) => ONES[Number(d)]!)
      : cardinal(value);
  if (!ordinal) return words;
  const last = words.at(-1)!;
  return [...words.slice(0, -1), ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`)];
}

function cardinal(value: number): string[] {
  if (value < 20) return [ONES[value]!];
  if (value < 100) return [TENS[Math.floor(value / 10)]!, ...(value % 10 > 0 ? [ONES[value % 10]!] : [])];
  if (value > 1099 && value < 2100 && Math.floor(value / 100) !== 20) return pairs(value);
  if (value < 1000) return [ONES[Math.floor(value / 100)]!, 'hundred', ...rest(value % 100)];
  return [...cardinal(Math.floor(value / 1000)), 'thousand', ...rest(value % 1000)];
}

const rest = (value: number): string[] => (value > 0 ? cardinal(value) : []);

/** 1465: fourteen sixty five; 1905: nineteen oh five; 1900: nineteen hundred. */
function pairs(value: number): string[] {
  const low = value % 100;
  const behind = low === 0 ? ['hundred'] : low < 10 ? ['oh', ONES[low]!] : cardinal(low);
  return [...cardinal(Math.floor(value / 100)), ...behind];
}
