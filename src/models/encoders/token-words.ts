/** Some tokens of a text that are one word of it, with the punctuation that belongs to it. */
export interface TokenWord {
  /** With the space before it, if there is one. */
  readonly text: string;
  readonly firstToken: number;
  readonly tokens: number;
}

/** Written without spaces between words: what can be read by itself is taken for one (as openai/whisper tokenizer.py). */
const UNSPACED = new Set(['zh', 'ja', 'th', 'lo', 'my', 'yue']);
export const isUnspaced = (language: string | undefined): boolean => language !== undefined && UNSPACED.has(language);
/** What a byte-level tokenizer gives for a character of which not all bytes are there. */
const BROKEN = '\ufffd';

/** The words of a text of byte-level tokens; put together they are all of it. `decode` gives the characters of some tokens. */
export function wordsOfTokens(
  ids: readonly number[],
  decode: (ids: readonly number[]) => string,
  language?: string,
): TokenWord[] {
  const unspaced = isUnspaced(language);
  const words: TokenWord[] = [];
  for (let first = 0; first < ids.length;) {
    let tokens = 1;
    while (decode(ids.slice(first, first + tokens)).endsWith(BROKEN) && first + tokens < ids.length) tokens++;
    const text = decode(ids.slice(first, first + tokens));
    const begins = unspaced ? hasLetters(text) : text.startsWith(' ');
    const before = words.at(-1);
    if (before === undefined || begins) words.push({ text, firstToken: first, tokens });
    else words[words.length - 1] = joined(before, { text, tokens });
    first += tokens;
  }
  return words.reduce<TokenWord[]>((kept, word) => {
    const before = kept.at(-1);
    // a dash by itself
    if (before !== undefined && !hasLetters(word.text)) kept[kept.length - 1] = joined(before, word);
    else kept.push(word);
    return kept;
  }, []);
}

const joined = (word: TokenWord, more: { text: string; tokens: number }): TokenWord => ({
  ...word,
  text: word.text + more.text,
  tokens: word.tokens + more.tokens,
});
const hasLetters = (text: string): boolean => /[\p{L}\p{N}\p{S}]/u.test(text);
