import { mistyped } from './typos';

const TEXT = 'I would like to cancel the order of last Monday, please. '.repeat(40);

describe('mistyped', () => {
  it('is the same for the same seed, another for another, and nothing at a rate of 0', () => {
    expect(mistyped(TEXT, 0.1, 1)).toBe(mistyped(TEXT, 0.1, 1));
    expect(mistyped(TEXT, 0.1, 1)).not.toBe(mistyped(TEXT, 0.1, 2));
    expect(mistyped(TEXT, 0, 1)).toBe(TEXT);
  });

  it('damages about as many words as letters at the rate ask for, and no digit or space', () => {
    const damaged = mistyped(TEXT, 0.05, 3).split(' ');
    const clean = TEXT.split(' ');
    expect(damaged).toHaveLength(clean.length);
    const wrong = damaged.filter((word, i) => word !== clean[i]).length / clean.length;
    // 4.2 letters a word: 1 - 0.95 ** 4.2
    expect(wrong).toBeGreaterThan(0.12);
    expect(wrong).toBeLessThan(0.28);
    expect(mistyped('4111 1111', 0.9, 1)).toBe('4111 1111');
  });
});
