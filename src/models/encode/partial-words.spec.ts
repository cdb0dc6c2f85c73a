import * as fc from 'fast-check';
import { RawText, Redactor, type TimedWord } from '../../redaction/redaction';
import { PartialWords } from './partial-words';

/** Words of a text, each 200 ms, from 0 on. */
const said = (text: string): TimedWord[] =>
  text.split(' ').map((word, i) => ({ word, startMs: i * 200, endMs: (i + 1) * 200, probability: 0.9 }));
const plain = () => new PartialWords((words) => words);
const hearAll = (...texts: string[]) => {
  const words = plain();
  return texts.map((text) => words.hear(said(text)));
};

describe('PartialWords', () => {
  it('commits what two hypotheses in a row agree on', () => {
    expect(hearAll('I want', 'I want my', 'I want my money')).toEqual([
      { text: 'I want', committed: 0 },
      { text: 'I want my', committed: 6 },
      { text: 'I want my money', committed: 9 },
    ]);
  });

  it('changes what is not committed, and nothing else', () => {
    expect(hearAll('I once', 'I want', 'I want my')).toEqual([
      { text: 'I once', committed: 0 },
      { text: 'I want', committed: 1 },
      { text: 'I want my', committed: 6 },
    ]);
  });

  it('keeps a committed word as it was said first, whatever comes later', () => {
    expect(hearAll('Yes', 'yes, I', 'Yeah, I see').at(-1)).toEqual({ text: 'yes, I see', committed: 6 });
  });

  it('says nothing when there is nothing new', () => {
    expect(hearAll('', '')).toEqual([undefined, undefined]);
    expect(hearAll('no', 'no', 'no').map((told) => told?.committed)).toEqual([0, 2, undefined]);
  });

  it('takes back no committed word and tells no three digits, whatever it hears', () => {
    const word = fc.constantFrom('no', 'No,', 'four', '4', '41', 'one', 'yes', 'order', '417', 'oh', '[number]');
    const hypotheses = fc.array(fc.array(word, { minLength: 1, maxLength: 12 }), { maxLength: 12 });
    fc.assert(
      fc.property(hypotheses, fc.integer({ min: 50, max: 400 }), (all, wordMs) => {
        const redactor = new Redactor();
        const masked = (words: readonly TimedWord[]) => {
          let at = 0;
          const spans = words.map(({ word, ...time }) => {
            const start = at;
            at += word.length + 1;
            return { ...time, start, end: start + word.length };
          });
          return redactor.redactPartial(new RawText(words.map(({ word }) => word).join(' '), spans)).words;
        };
        const words = new PartialWords(masked);
        let committed = '';
        for (const [n, hypothesis] of all.entries()) {
          const timed = hypothesis.map((word, i) => ({
            word,
            startMs: i * (wordMs + n),
            endMs: (i + 1) * (wordMs + n),
            probability: 1,
          }));
          const told = words.hear(masked(timed));
          if (told === undefined) continue;
          expect(told.text.startsWith(committed)).toBe(true);
          expect(told.committed).toBeGreaterThanOrEqual(committed.length);
          expect(told.text).not.toMatch(/\d\W*\d\W*\d/);
          committed = told.text.slice(0, told.committed);
        }
      }),
      { numRuns: 300 },
    );
  });
});
