import type { TranscriptWord } from '@rapport-live/protocol';
import { cueParts, MAX_CUE_CHARACTERS } from './cue-parts';

/** One word after the other, `wordMs` each from 1 s on. */
const spoken = (text: string, wordMs: number): TranscriptWord[] =>
  text.split(/\s+/).map((word, i) => ({
    ...{ word, startMs: 1000 + i * wordMs, endMs: 1000 + (i + 1) * wordMs },
    probability: 0.9,
  }));
const LONG = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');

describe('cueParts', () => {
  it('leaves what fits, and what has no times, in one piece', () => {
    expect(cueParts('I was charged twice.', spoken('I was charged twice.', 300))).toBeUndefined();
    expect(cueParts(LONG, [])).toBeUndefined();
    expect(cueParts(LONG, spoken('other words', 300))).toBeUndefined();
  });

  it('parts a long utterance at words, each part at the time of its own', () => {
    const words = spoken(LONG, 200);
    const parts = cueParts(LONG, words)!;
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map(({ text }) => text).join(' ')).toBe(LONG);
    for (const { text, startMs, endMs } of parts) {
      expect(text.length).toBeLessThanOrEqual(MAX_CUE_CHARACTERS);
      const own = text.split(' ');
      expect(startMs).toBe(words.find(({ word }) => word === own[0])!.startMs);
      expect(endMs).toBe(words.find(({ word }) => word === own.at(-1))!.endMs);
    }
  });

  it('parts at a long silence and before a part stands too long', () => {
    const [yes, no] = spoken('yes no', 300);
    expect(
      cueParts('Yes. No.', [
        { ...yes!, word: 'Yes.' },
        { ...no!, word: 'No.', startMs: 5000, endMs: 5300 },
      ]),
    ).toEqual([
      { text: 'Yes.', startMs: 1000, endMs: 1300 },
      { text: 'No.', startMs: 5000, endMs: 5300 },
    ]);
    expect(cueParts('one two three', spoken('one two three', 3000))).toHaveLength(2);
  });

  it('parts a script without spaces, and keeps a word longer than a cue whole', () => {
    const characters = [...'あ'.repeat(100)];
    const words = characters.map((word, i) => ({ word, startMs: i * 50, endMs: i * 50 + 50, probability: 1 }));
    expect(cueParts(characters.join(''), words)!.map(({ text }) => text.length)).toEqual([84, 16]);
    const monster = 'x'.repeat(120);
    expect(cueParts(`${monster} yes`, spoken(`${monster} yes`, 200))!.map(({ text }) => text)).toEqual([
      monster,
      'yes',
    ]);
  });
});
