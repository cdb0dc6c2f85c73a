import { closest } from './closest';

describe('closest', () => {
  it.each([
    ['analyse', 'analyze'],
    ['tial', 'tail'],
    ['x', undefined],
    ['frobnicate', undefined],
  ])('%s is near %s', (word, near) => expect(closest(word, ['analyze', 'tail', 'config'])).toBe(near));
});
