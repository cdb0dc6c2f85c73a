import type { SpokenWord } from '../../inference/inference-pool';
import { alignTokens } from './token-alignment';
import type { TokenWord } from './token-words';

/** What is known of the tokens of one transcript. */
export interface WordEvidence {
  /** Together all of the text. */
  readonly words: readonly TokenWord[];
  /** Of each token. */
  readonly probabilities: readonly number[];
  /** Of each token, and of the end where the decoder came to it: attention over the frames of the sound. */
  readonly attention: readonly Float32Array[];
  readonly frameMs: number;
}

/** The text and where each word of it is: from where its first token begins to where what follows its last one does. */
export function timedWords({ words, probabilities, attention, frameMs }: WordEvidence): {
  text: string;
  words: SpokenWord[];
} {
  const frames = attention[0]?.length ?? 0;
  const all = new Float32Array(attention.length * frames);
  attention.forEach((row, i) => all.set(row, i * frames));
  const starts = alignTokens(all, attention.length, frames);
  const startMs = (token: number): number => (starts[token] ?? frames) * frameMs;
  const whole = words.map(({ text }) => text).join('');
  const from = whole.length - whole.trimStart().length;
  const text = whole.trim();
  let at = -from;
  const timed = words.map((word): SpokenWord => {
    const space = word.text.length - word.text.trimStart().length;
    const start = Math.max(0, at + space);
    at += word.text.length;
    const own = probabilities.slice(word.firstToken, word.firstToken + word.tokens);
    return {
      start,
      end: Math.min(at, text.length),
      startMs: startMs(word.firstToken),
      endMs: startMs(word.firstToken + word.tokens),
      probability: own.reduce((sum, value) => sum + value, 0) / own.length,
    };
  });
  return { text, words: timed };
}
