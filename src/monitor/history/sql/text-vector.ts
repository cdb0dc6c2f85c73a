/** Bounds of a tsvector (PostgreSQL's manual, 12.11): a word has less than 2,048 bytes, of which a letter takes at most four. */
const MAX_LETTERS = 500;
const MAX_PLACE = 16_383;
const MAX_PLACES_OF_WORD = 255;

/**
 * A text as the literal of a tsvector: `'double':3 'charge':4,9`. Its words are those that SQLite's unicode61 makes (runs of letters and
 * digits, lower case, without diacritics), so that both databases find the same, whatever the locale of the server.
 */
export function textVector(text: string): string {
  const places = new Map<string, number[]>();
  foldedWords(text).forEach((word, at) => {
    const known = places.get(word) ?? [];
    if (known.length < MAX_PLACES_OF_WORD) known.push(Math.min(at + 1, MAX_PLACE));
    places.set(word, known);
  });
  return Array.from(places, ([word, at]) => `${quoted(word)}:${at.join(',')}`).join(' ');
}

/** Each word that is asked for, as the literal of a tsquery. */
export const asked = (words: readonly string[]): readonly string[] => words.flatMap(foldedWords).map(quoted);

const foldedWords = (text: string): string[] => {
  const folded = text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  const words = folded.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
  return words.map((word) => Array.from(word).slice(0, MAX_LETTERS).join(''));
};

/** Letters and digits alone have nothing to be escaped. */
const quoted = (word: string): string => `'${word}'`;
