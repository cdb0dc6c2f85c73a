import { random } from './random';

/**
 * Words as a poor transcript has them, about one in five wrong. Of the evaluation alone: training damages its texts by
 * other means (training/rapport_training/craft/text_augment.py), so this noise is new to the models.
 */
export function misheard(text: string, seed: number): string {
  const next = random(seed);
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]/gu, ' ')
    .split(/ +/)
    .filter(Boolean);
  const heard = words.flatMap((word, i) => {
    const chance = next();
    if (chance >= WORD_ERROR_RATE) return [word];
    const kind = next();
    if (kind < 0.2) return [];
    if (kind < 0.35) return [word, words[Math.floor(next() * words.length)]!];
    if (kind < 0.5 && i + 1 < words.length) return [word + words[i + 1]!.slice(0, 2)];
    return [misspelt(word, next)];
  });
  return heard.length > 0 ? heard.join(' ') : text;
}

const WORD_ERROR_RATE = 0.22;

/** Sounds that are taken for each other. */
const ALIKE = [
  ['ph', 'f'],
  ['ck', 'k'],
  ['ee', 'ea'],
  ['tion', 'shun'],
  ['ou', 'ow'],
  ['s', 'z'],
  ['t', 'd'],
  ['p', 'b'],
  ['i', 'e'],
  ['a', 'o'],
  ['m', 'n'],
  ['c', 'g'],
] as const;

/** One sound taken for another; where none is in it, its middle letter goes. */
function misspelt(word: string, next: () => number): string {
  const possible = ALIKE.flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]).filter(([from]) => word.includes(from!));
  const swap = possible[Math.floor(next() * possible.length)];
  if (swap !== undefined) return word.replace(swap[0]!, swap[1]!);
  const middle = word.length >> 1;
  return word.slice(0, middle) + word.slice(middle + 1) || word;
}
