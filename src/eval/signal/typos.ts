import { random } from './random';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Each letter is typed wrongly with this probability: left out, twice, before the one in front of it, or as the key beside it. */
export function mistyped(text: string, rate: number, seed: number): string {
  const next = random(seed);
  const letters = [...text];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    if (!/\p{L}/u.test(letter) || next() >= rate) continue;
    const kind = Math.floor(next() * 4);
    if (kind === 0) letters[i] = '';
    else if (kind === 1) letters[i] = letter + letter;
    else if (kind === 2 && i > 0) [letters[i - 1], letters[i]] = [letter, letters[i - 1]!];
    else letters[i] = keyBeside(letter, next());
  }
  return letters.join('');
}

/** The letter itself where no row has it, as one with an accent. */
function keyBeside(letter: string, chance: number): string {
  const row = ROWS.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return letter;
  const at = row.indexOf(letter.toLowerCase());
  const beside = [row[at - 1], row[at + 1]].filter((key) => key !== undefined);
  return beside[Math.floor(chance * beside.length)]!;
}
