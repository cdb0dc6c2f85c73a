/** Unicode's word boundaries (UAX 29), as the figures of a conversation count words. */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Words of a phrase; `isStem`: whatever follows belongs to the word too. */
export type Phrase = readonly { readonly word: string; readonly isStem: boolean }[];

/** Letters of either case, and accents however they are composed, are the same. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll('’', "'");

export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(folded(text))) if (isWordLike === true) words.push(segment);
  return words;
}

export function parsePhrase(text: string): Phrase {
  const words: { word: string; isStem: boolean }[] = [];
  for (const { segment, isWordLike } of segmenter.segment(folded(text))) {
    if (isWordLike === true) words.push({ word: segment, isStem: false });
    else if (segment.startsWith('*') && words.length > 0) words[words.length - 1]!.isStem = true;
  }
  return words;
}

/** The first of the phrases whose words stand in the text one after another; -1: none does. */
export function findPhrase(phrases: readonly Phrase[], words: readonly string[]): number {
  return phrases.findIndex((phrase) => words.some((_, at) => standsAt(phrase, words, at)));
}

function standsAt(phrase: Phrase, words: readonly string[], at: number): boolean {
  return phrase.every(({ word, isStem }, i) => {
    const heard = words[at + i];
    return heard !== undefined && (isStem ? heard.startsWith(word) : heard === word);
  });
}
